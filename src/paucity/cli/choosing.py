"""The options of `assess` that choose how it is carried out, and the files they name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paucity.cli.group import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.response.settings import Confirmation, Settings
    from paucity.vocabulary import Vocabulary

_SELECTIONS = ["last", "first", "nearest", "best", "worst"]
_EVENTS = ["index", "next therapy", "death", "transfusion", "G-CSF"]
_MOST = 50_000_000


def _fields() -> list[Callable[[Any], Any]]:
    option = click.option
    return [
        option("--by", metavar="TIME", help="Until when values count: 14 d."),
        option("--at", metavar="TIME", help="The time point that is assessed: 28 d."),
        option("--tolerance", metavar="TIME", help="How far from it a value may lie; 3 d."),
        option("--baseline", type=click.Choice(_SELECTIONS), help="Which value is the baseline."),
        option("--baseline-age", metavar="TIME", help="How old a baseline may be; any age."),
        option("--value", type=click.Choice(_SELECTIONS), help="Which value in the window counts."),
        option("--unstated-window", metavar="TIME", help="Where a marker's window is not stated."),
        option("--confirm", metavar="AFTER..BY", help="A second assessment: 28d..42d later."),
        option(
            "--censor",
            multiple=True,
            type=click.Choice([*_EVENTS, "none"]),
            help="No values after this event; next therapy and death, if left out.",
        ),
        option("--since", metavar="TIME", help="How long before the index a diagnosis looks."),
        option("--parameter", "parameters", multiple=True, metavar="NAME=RULE",
               help="A rule on which sources differ. Repeatable."),
        option("--judge", metavar="NAME", help="The definition that judges refractoriness."),
        option("--normal", type=click.Choice(["within limits", "disease"]),
               help="Within both limits, or only not beyond the one on the side of disease."),
        option("--zero-baseline", type=click.Choice(["level", "not evaluable"]),
               help="What a relative change from a baseline of 0 means."),
        option("--limits-first", type=click.Choice(["data", "settings"]),
               help="Whose reference limits count where both exist."),
        option("--settings", type=click.Path(path_type=Path), metavar="FILE",
               help="A YAML file of all choices; options come before it."),
    ]  # fmt: skip


def choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose how an assessment is carried out."""
    for option in reversed(_fields()):
        command = option(command)
    return command


_TIMES = ("by", "at", "tolerance", "baseline_age", "unstated_window", "since")
_WORDS = ("baseline", "value", "normal", "zero_baseline", "limits_first")


def settings_of(options: dict[str, Any], vocabulary: Vocabulary) -> Settings:
    """Return the settings that options and their file choose.

    Args:
        options: of the command, by name.
        vocabulary: knows the markers of reference limits.

    Raises:
        Fault: one is not readable, or two exclude each other.
    """
    from paucity.response.settings import Settings, duration

    chosen = _from_file(options["settings"], vocabulary) if options["settings"] else {}
    if options["by"] and options["at"]:
        raise Fault("--by and --at exclude each other: a window, or one time point")
    if options["by"] or options["at"]:
        chosen.pop("by", None)
        chosen.pop("at", None)
    try:
        for name in _TIMES:
            if options[name]:
                chosen[name] = duration(options[name])
        if options["confirm"]:
            chosen["confirm"] = _confirmation(options["confirm"])
        chosen |= {name: options[name] for name in _WORDS if options[name]}
        if options["censor"]:
            chosen["censor"] = _censored(options["censor"])
        if options["parameters"]:
            chosen["parameters"] = _parameters(chosen, options["parameters"])
        settings = Settings(**chosen)
    except ValueError as error:
        raise Fault(str(error)) from None
    confirm = settings.confirm
    if confirm is not None and confirm.after.days > confirm.by.days:
        raise Fault(f"the second assessment ends ({confirm.by}) before it begins ({confirm.after})")
    return settings


def _confirmation(text: str) -> Confirmation:
    """Return a second assessment.

    Raises:
        ValueError: an end of it is no length of time.
    """
    from paucity.response.settings import Confirmation, duration

    after, dots, by = text.partition("..")
    if not dots:
        raise Fault(f"--confirm is `{text}`, expected AFTER..BY: 28d..42d")
    return Confirmation(duration(after.strip()), duration(by.strip()))


def _parameters(chosen: dict[str, Any], texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the rules chosen for parameters; options come before the file."""
    out: dict[str, str] = dict(chosen.get("parameters", ()))
    for text in texts:
        name, equals, rule = (part.strip() for part in text.partition("="))
        if not (name and equals and rule):
            raise Fault(f"--parameter is `{text}`, expected NAME=RULE")
        out[name] = rule
    return tuple(out.items())


def _censored(events: tuple[str, ...]) -> tuple[str, ...]:
    if "none" not in events:
        return events
    if len(events) > 1:
        raise Fault("--censor none excludes other events")
    return ()


def _from_file(path: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    from paucity.response.settings_file import read_settings
    from paucity.text import Severity

    chosen, findings = read_settings(path, vocabulary)
    if told := [f for f in findings if f.severity is Severity.ERROR]:
        lines = [f"{f.span}: {f.message}" + (f" ({f.hint})" if f.hint else "") for f in told]
        raise Fault("\n".join(("the settings cannot be used", *lines)))
    return chosen


def units_of(texts: tuple[str, ...], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the units that values are to be turned into, by marker.

    Args:
        texts: each ``marker=unit``.
        vocabulary: knows the markers.

    Raises:
        Fault: a marker or a unit is not known, or does not fit the marker.
    """
    from fractions import Fraction

    from paucity.vocabulary import Kind, UnitError, convert

    out = {}
    for text in texts:
        marker, equals, unit = (part.strip() for part in text.partition("="))
        if not (marker and equals and unit):
            raise Fault(f"--unit is `{text}`, expected MARKER=UNIT: ferritin=ug/l")
        term = vocabulary.find(Kind.MARKER, marker)
        if term is None:
            near = vocabulary.suggest(Kind.MARKER, marker)
            hint = f" (did you mean `{near}`?)" if near else ""
            raise Fault(f"--unit: `{marker}` is not a known marker{hint}")
        usual = term.extra.get("unit", "")
        try:
            convert(Fraction(1), unit, usual if isinstance(usual, str) else "", term)
        except UnitError as error:
            raise Fault(f"--unit {text}: {error}") from None
        out[term.name] = unit
    return out


def index_of(path: Path) -> dict[str, str]:
    """Return the date of the first dose by participant, from a CSV file.

    Args:
        path: has the columns participant and date.

    Raises:
        Fault: it cannot be read as such; says the line.
    """
    import csv
    import io

    from paucity.response.measured import Fault as CellFault
    from paucity.response.moments import read_moment

    if path.stat().st_size > _MOST:
        raise Fault(f"{path}: more than {_MOST // 1_000_000} MB; give index rows in the data")
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\0", "�")
    except UnicodeDecodeError as error:
        raise Fault(f"{path}: byte {error.start} is not UTF-8 text") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    out: dict[str, str] = {}
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        if not {"participant", "date"} <= set(header):
            found = ", ".join(header) or "nothing"
            raise Fault(f"{path}: expected the columns participant and date, found {found}")
        who, when = header.index("participant"), header.index("date")
        for row in (r for r in reader if r):
            place = f"{path}:{reader.line_num}"
            if len(row) != len(header):
                raise Fault(f"{place}: {len(row)} cells, expected {len(header)}")
            name, date = row[who].strip(), row[when].strip()
            if isinstance(moment := read_moment(date), CellFault):
                raise Fault(f"{place}: {moment.reason}")
            if out.setdefault(name, date) != date:
                raise Fault(f"{place}: `{name}` has two index dates, {out[name]} and {date}")
    except csv.Error as error:
        raise Fault(f"{path}:{reader.line_num}: {error}") from None
    return out
