"""Explain, list, describe the files, and start a new review."""

from __future__ import annotations

import json
from pathlib import Path

import click

from paucity.cli.group import (
    FORMAT,
    REVIEW,
    Fault,
    load,
    main,
)


@main.command()
@click.argument("what")
@REVIEW
@click.option("--criteria", help="The set of criteria; the main one if left out.")
@FORMAT
def explain(what: str, review: str, criteria: str | None, form: str) -> None:
    """Say why a cohort or an agent is in or out, or what a participant's values amount to.

    WHAT is an agent (alemtuzumab), a cohort (mahlaoui-2007/second-line), a study, or a participant
    (gerard-2012/patient).
    """
    from paucity.explain import (
        explained,
        explained_data,
        participant_data,
        participant_lines,
        participant_named,
    )

    loaded = load(review)
    person = participant_named(loaded, what)
    if person is not None:
        if form == "json":
            click.echo(json.dumps(participant_data(loaded, person), indent=2, ensure_ascii=False))
        else:
            click.echo("\n".join(participant_lines(loaded, person)))
        return
    known = loaded.evidence.eligibility
    name = criteria or loaded.evidence.main
    if name not in known:
        from paucity.text import did_you_mean

        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise Fault(f"there is no set of criteria `{name}` ({hint})")
    try:
        if form == "json":
            data = explained_data(loaded, what, known[name])
            click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            click.echo("\n".join(explained(loaded, what, known[name])))
    except KeyError as error:
        raise Fault(str(error.args[0])) from None


@main.command("list")
@FORMAT
def list_(form: str) -> None:
    """List the bundled reviews, definitions, regimens and scenarios."""
    from paucity.dosing.library import library_regimens
    from paucity.response import definition_names
    from paucity.response.scenario import scenario_names
    from paucity.review import BUNDLED

    held = {
        "reviews": list(BUNDLED),
        "definitions": list(definition_names()),
        "regimens": list(library_regimens()),
        "scenarios": list(scenario_names()),
    }
    if form == "json":
        click.echo(json.dumps(held, indent=2))
        return
    for kind, names in held.items():
        click.echo(f"{kind}:")
        for name in names:
            click.echo(f"  {name}")


@main.command()
@click.argument(
    "kind",
    type=click.Choice(["study", "review", "source", "definition", "regimen", "participants"]),
    default="study",
)
def schema(kind: str) -> None:
    """Print the JSON Schema of a kind of file, for editors to complete and validate with."""
    from paucity.schemas import schema_of

    click.echo(json.dumps(schema_of(kind), indent=2, ensure_ascii=False))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Start a new review in FOLDER: a small one that already builds."""
    from paucity.starter import StarterError, start

    try:
        for name in start(folder):
            click.echo(f"  {folder / name}")
    except StarterError as error:
        raise Fault(str(error)) from None
    click.echo(f"Next: paucity check {folder}, then paucity build {folder}")


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell; say `eval "$(paucity completion bash)"`."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise Fault(f"no completion for {shell}")
    click.echo(found(main, {}, "paucity", "_PAUCITY_COMPLETE").source())
