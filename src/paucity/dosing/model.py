"""What a review says of doses: one dose of one drug, and a regimen made of them.

A dose keeps its text as printed. Where a source leaves out what a figure is for, the text stays as
it is, `emended` says how the reviewer reads it, and both can be computed with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from paucity.dosing.amount import Amount, parse_amount
from paucity.record import Reading, Record, RecordShape, many, need, opt, read_document
from paucity.shapes import DURATION, TEXT, ChoiceShape, Duration, Word, WordShape
from paucity.sources import CITATION, SOURCE, Accepted, Citation, Source
from paucity.spread import SPREAD, Spread
from paucity.text import Document, Finding, Seq, Value
from paucity.vocabulary import Kind, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_DAYS: Final = 1000
"""Most days that one dose may list."""

MAX_DAY: Final = 9999
"""Latest day a dose may be given on."""

_DAY: Final = r"-?[0-9]{1,4}"
_DAYS: Final = re.compile(rf"\s*({_DAY})(?:\s*(?:-|–|to)\s*({_DAY}))?\s*")


@dataclass(frozen=True, slots=True)
class AmountShape:
    """The amount of a dose. What cannot be read is noted, and kept as it is."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> str | None:
        """Return the text, noting a fault if it is no amount."""
        if not isinstance(value, str):
            message = f"`{key}` should be one text, the amount with its unit"
            reading.fault("dose-unreadable", at, message, "write it as `2 mg/kg/day`")
            return None
        try:
            parse_amount(value)
        except ValueError as error:
            reading.fault("dose-unreadable", at, str(error))
        return value

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of an amount."""
        examples = ["2 mg/kg/day", "25 or 50 mg/kg per course", "30 mg three times weekly"]
        described = {"type": "string", "description": "an amount with its unit"}
        definitions.setdefault("amount", {**described, "examples": examples})
        return {"$ref": "#/$defs/amount"}


@dataclass(frozen=True, slots=True)
class DaysShape:
    """Day numbers: ``1``, ``1-3`` or ``[1, 8, 15, 22]``; read as each day once, in order."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> tuple[int, ...] | None:
        """Return the days, or None after noting a fault."""
        whole: Iterable[tuple[Value, int]] = [(value, at)]
        if isinstance(value, Seq):
            whole = zip(value, value.items_at, strict=True)
        elif isinstance(value, str):
            whole = [(part, at) for part in value.split(",")]
        days: set[int] = set()
        for item, item_at in whole:
            found = _one_range(item) if isinstance(item, str) else "is no day"
            if isinstance(found, str):
                shown = f"`{item[:40]}`" if isinstance(item, str) else "this"
                hint = "write days as `1`, `1-3` or `[1, 8, 15, 22]`"
                reading.fault("wrong-type", item_at, f"`{key}`: {shown} {found}", hint)
                return None
            days.update(found)
            if len(days) > MAX_DAYS:
                message = f"`{key}` lists more than {MAX_DAYS} days"
                reading.fault("wrong-type", item_at, message, "give the course once, and `cycle`")
                return None
        return tuple(sorted(days)) or None

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the JSON Schema of day numbers."""
        one = {"type": ["integer", "string"], "pattern": rf"^{_DAY}( ?(-|–|to) ?{_DAY})?$"}
        text = {"type": "string", "pattern": "^[-–0-9, to]+$"}
        return {"anyOf": [one, text, {"type": "array", "items": one, "minItems": 1}]}


def _one_range(text: str) -> range | str:
    """Return the days a text names, or what is wrong with it."""
    match = _DAYS.fullmatch(text)
    if match is None:
        return "is no day"
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if last < first:
        return "runs backwards"
    if last - first >= MAX_DAYS:
        return f"is more than {MAX_DAYS} days"
    return range(first, last + 1)


@dataclass(frozen=True, slots=True)
class TaperShape:
    """How a dose is tapered, in words; true where that is all the source says."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> str | None:
        """Return the words; `not stated` for true, and nothing for false."""
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return "not stated" if value.lower() == "true" else None
        return TEXT.read(value, at, key, reading)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the JSON Schema of a taper."""
        return {"type": ["string", "boolean"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose(Record):
    """A dose of one drug, or one step of a schedule."""

    drug: Word = need(WordShape(Kind.DRUG), "the drug")
    dose: str | None = opt(AmountShape(), "the amount as printed: `2 mg/kg/day`")
    emended: str | None = opt(
        AmountShape(), "how the amount is read, where the printed one leaves something out"
    )
    days: tuple[int, ...] = opt(DaysShape(), "days it is given on: `1-3`, `[1, 8]`", ())
    over: Spread | None = opt(SPREAD, "how long it is given for, or the course is divided over")
    route: Word | None = opt(WordShape(Kind.ROUTE), "the route")
    taper: str | None = opt(TaperShape(), "how it is tapered afterwards; true if not told how")
    by: str = opt(TEXT, "what the dose depends on: severity, weight, toxicity", "")
    note: str = opt(TEXT, "a remark to print beside it", "")
    source: Source | None = opt(SOURCE, "where this stands")


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen(Record):
    """A dose schedule: which drug, how much, on which days."""

    name: str = ""
    label: str = opt(TEXT, "how to print it", "")
    schedule: tuple[Dose, ...] = many(RecordShape(lambda: Dose), "the doses")
    cycle: Duration | None = opt(DURATION, "after how long it begins again")
    status: Literal["verified", "secondary"] = opt(
        ChoiceShape(("verified", "secondary")),
        "verified in the original report, or read in a secondary source (the default)",
        "secondary",
    )
    citation: Citation | None = opt(CITATION, "the original report")
    source: Source | None = opt(SOURCE, "where the schedule was read")
    unstated: tuple[str, ...] = many(TEXT, "what the source leaves open")
    note: str = opt(TEXT, "a remark to print beside it", "")
    accepted: tuple[Accepted, ...] = many(RecordShape(lambda: Accepted), "accepted findings")

    @property
    def drugs(self) -> tuple[str, ...]:
        """Return the drugs by name, in the order of the schedule."""
        return tuple(dict.fromkeys(d.drug.name for d in self.schedule))


def amount_of(dose: Dose) -> Amount | None:
    """Return the amount as printed, or None where it is not stated or cannot be read.

    >>> amount_of(Dose(drug=Word("MP", "methylprednisolone"), dose="15 mg/kg")).unit
    'mg/kg'
    """
    return _amount(dose.dose)


def reading_of(dose: Dose) -> Amount | None:
    """Return the amount to compute with: as emended, else as printed.

    >>> reading_of(Dose(drug=Word("MP", "MP"), dose="15 mg/kg", emended="15 mg/kg/day")).basis
    'day'
    """
    emended = _amount(dose.emended)
    return amount_of(dose) if emended is None else emended


def _amount(text: str | None) -> Amount | None:
    if text is None:
        return None
    try:
        return parse_amount(text)
    except ValueError:
        return None


def runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and last day of each stretch of days in a row.

    >>> runs((1, 2, 3, 8))
    [(1, 3), (8, 8)]
    """
    found: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] == day - 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def read_regimen(
    document: Document, vocabulary: Vocabulary, name: str = ""
) -> tuple[Regimen | None, list[Finding]]:
    """Read one file of doses into a regimen.

    Args:
        document: the file as read.
        vocabulary: the drugs and routes known.
        name: the regimen's name; the file's name without its ending if left out.

    Returns:
        The regimen, None if the file holds none, and what was wrong with the text. Whether the
        schedule makes sense is for :func:`paucity.dosing.checks.check_regimen`.
    """
    stem = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return read_document(Regimen, document, vocabulary, name=name or stem)
