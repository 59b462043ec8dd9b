"""Find the definitions that a user names: of the library, of a review, or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paucity.cli.group import Fault, load

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from paucity.response import Definition
    from paucity.review import Review
    from paucity.text import Finding
    from paucity.vocabulary import Vocabulary

DEFINITION_HELP = (
    "A definition of the library (see `paucity definition`), a YAML file, or REVIEW:NAME."
)


def complete(
    _context: click.Context, _parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Return the names of the library that begin as typed."""
    from click.shell_completion import CompletionItem

    from paucity.response import definition_names

    return [CompletionItem(name) for name in definition_names() if name.startswith(typed)]


def find_definition(name: str, review: Review | None = None) -> tuple[Definition, list[Finding]]:
    """Return the definition that a name means, with what was found in its file.

    Args:
        name: of the library or of the review, a path to a YAML file, or ``REVIEW:NAME``.
        review: its definitions come before those of the library.

    Raises:
        Fault: there is none, or its file cannot be read as one.
    """
    from paucity.response import definition_names, load_definition
    from paucity.text import did_you_mean

    if review is None and ":" in name and not Path(name).exists():
        place, _, name = name.rpartition(":")
        review = load(place or ".")
    if review is not None and name in review.definitions:
        definition = review.definitions[name]
        return definition, [f for f in review.findings if f.span.file == definition.marks.file]
    if name in definition_names():
        found, findings = load_definition(name)
        if found is not None:
            return found, findings
    if Path(name).suffix.casefold() in {".yaml", ".yml"} or Path(name).is_file():
        return _read(Path(name))
    known = (*(review.definitions if review else ()), *definition_names())
    hint = did_you_mean(name, known) or "`paucity definition` lists them"
    raise Fault(f"there is no definition `{name}` ({hint})")


def _read(path: Path) -> tuple[Definition, list[Finding]]:
    """Return the definition in a file."""
    from dataclasses import replace

    from paucity.response import check_definition, read_definition
    from paucity.sources import accept
    from paucity.text import Document, in_order, parse_yaml, read_text
    from paucity.vocabulary import bundled

    text, fault = read_text(path.parent, path, path.name)
    if fault is not None:
        raise Fault(f"{path}: {fault.message}" + (f" ({fault.hint})" if fault.hint else ""))
    document: Document = parse_yaml(text, path.as_posix())
    definition, findings = read_definition(document, bundled())
    if definition is None:
        told = [f"{f.span}: {f.message}" for f in in_order(findings)]
        raise Fault("\n".join((f"{path} holds no definition", *told)))
    named = replace(definition, name=definition.name or path.stem)
    left, _, _ = accept([*findings, *check_definition(named)], named.accepted)
    return named, in_order(left)


def find_definitions(
    names: tuple[str, ...], review: str | None
) -> tuple[list[Definition], Vocabulary, list[Finding]]:
    """Return the definitions that names mean, each once; ``all`` means every computable one.

    Args:
        names: as `find_definition` takes them.
        review: a review whose definitions and vocabulary come first, or None.

    Returns:
        The definitions, the vocabulary to read data with, and the errors in their files.

    Raises:
        Fault: one is not found, or two different ones have the same name.
    """
    from paucity.response import library_definitions
    from paucity.text import Severity
    from paucity.vocabulary import bundled

    loaded = load(review) if review else None
    out: dict[str, Definition] = {}
    findings: list[Finding] = []
    for name in names:
        if name == "all":
            found = computable(library_definitions())
        else:
            definition, told = find_definition(name, loaded)
            found = [definition]
            findings += [f for f in told if f.severity is Severity.ERROR]
        for definition in found:
            if out.setdefault(definition.name, definition) != definition:
                raise Fault(f"two different definitions are named `{definition.name}`; rename one")
    return list(out.values()), loaded.evidence.vocabulary if loaded else bundled(), findings


def computable(definitions: tuple[Definition, ...]) -> list[Definition]:
    """Return the definitions of response that can be computed."""
    from paucity.response.planning import make_plan
    from paucity.response.settings import DEFAULTS

    response = [d for d in definitions if d.kind == "response" and d.basis == "rule"]
    return [d for d in response if make_plan(d, DEFAULTS, {})[0] is not None]
