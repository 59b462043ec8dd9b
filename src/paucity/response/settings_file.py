"""Settings in a file: every choice of an assessment, read with the line of each fault."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.record import (
    ListShape,
    Reading,
    Record,
    RecordShape,
    many,
    need,
    opt,
    read_document,
    table,
)
from paucity.response.settings import (
    EVENTS,
    SELECTIONS,
    Confirmation,
    Confounder,
    ReferenceLimit,
)
from paucity.shapes import DURATION, TEXT, ChoiceShape, Duration, NumberShape, Word, WordShape
from paucity.text import Document, Finding, in_order, parse_yaml, read_text
from paucity.vocabulary import Kind, UnitError, convert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path

    from paucity.vocabulary import Vocabulary

_MARKER: Final = WordShape(Kind.MARKER)
_EVENT: Final = ChoiceShape(EVENTS)
_POSITIVE: Final = NumberShape(0, None, "a number, 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfounderText(Record):
    """An event after which values of some markers do not count."""

    event: str = need(_EVENT, "the event: transfusion, G-CSF")
    markers: tuple[Word, ...] = many(_MARKER, "the markers it moves")
    for_: Duration | None = opt(DURATION, "for how long; 4 d, if left out")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitText(Record):
    """Reference limits of a marker, and for whom they hold."""

    marker: Word = need(_MARKER, "the marker")
    unit: str = need(TEXT, "the unit of the limits")
    low: Decimal | None = opt(_POSITIVE, "the lower limit")
    high: Decimal | None = opt(_POSITIVE, "the upper limit")
    sex: str = opt(TEXT, "as the data write it; all, if left out", "")
    laboratory: str = opt(TEXT, "as the data write it; all, if left out", "")
    age_from: Decimal | None = opt(_POSITIVE, "age in years from which on they hold")
    age_to: Decimal | None = opt(_POSITIVE, "age in years below which they hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmText(Record):
    """A second assessment, counted from the end of the first."""

    after: Duration = need(DURATION, "from when on")
    by: Duration = need(DURATION, "until when")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsText(Record):
    """The choices of an assessment as written; what is left out has its named default."""

    baseline: str | None = opt(
        ChoiceShape(SELECTIONS), "which value up to the index is the baseline"
    )
    baseline_age: Duration | None = opt(DURATION, "how old a baseline may be")
    by: Duration | None = opt(DURATION, "until when values count")
    at: Duration | None = opt(DURATION, "the time point that is assessed")
    tolerance: Duration | None = opt(DURATION, "how far from a time point a value may lie")
    value: str | None = opt(ChoiceShape(SELECTIONS), "which value in the window counts")
    unstated_window: Duration | None = opt(
        DURATION, "until when a marker counts whose window the source does not state"
    )
    confirm: ConfirmText | None = opt(
        RecordShape(lambda: ConfirmText), "a second assessment that must agree"
    )
    censor: tuple[str, ...] | None = opt(
        ListShape(_EVENT), "events after which values no longer count; [] for none"
    )
    confounders: tuple[ConfounderText, ...] = many(
        RecordShape(lambda: ConfounderText), "events after which some markers do not count"
    )
    zero_baseline: str | None = opt(
        ChoiceShape(("level", "not evaluable")), "what a change from a baseline of 0 means"
    )
    normal: str | None = opt(
        ChoiceShape(("within limits", "disease")), "within both limits, or on the side of disease"
    )
    limits: tuple[LimitText, ...] = many(RecordShape(lambda: LimitText), "reference limits")
    limits_first: str | None = opt(
        ChoiceShape(("data", "settings")), "whose limits count where both exist"
    )
    since: Duration | None = opt(
        DURATION, "how long before the index values count for a diagnosis or score"
    )
    parameters: Mapping[str, str] = table(
        TEXT, "a number or rule for parameters on which sources differ"
    )
    judge: str | None = opt(TEXT, "the response definition that judges refractoriness")


_PLAIN: Final = (
    *("baseline", "baseline_age", "by", "at", "tolerance", "value", "unstated_window", "censor"),
    *("zero_baseline", "normal", "limits_first", "since", "judge"),
)


def read_settings(path: Path, vocabulary: Vocabulary) -> tuple[dict[str, Any], list[Finding]]:
    """Read a file of settings.

    Args:
        path: a YAML file.
        vocabulary: knows the markers.

    Returns:
        The fields of :class:`~paucity.response.settings.Settings` that the file sets, and what is
        wrong with its text.
    """
    text, fault = read_text(path.parent, path, path.name)
    if fault is not None:
        return {}, [fault]
    return parse_settings(parse_yaml(text, path.name), vocabulary)


def parse_settings(
    document: Document, vocabulary: Vocabulary
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the settings in a document.

    Args:
        document: the file as read.
        vocabulary: knows the markers.

    >>> from paucity.text import parse_yaml
    >>> from paucity.vocabulary import bundled
    >>> found, findings = parse_settings(parse_yaml("{by: 4 wk, censor: []}", "s.yaml"), bundled())
    >>> found["by"].days, found["censor"], findings
    (Fraction(28, 1), (), [])
    """
    if document.tree is None and document.readable:
        return {}, list(document.findings)
    written, findings = read_document(SettingsText, document, vocabulary)
    if written is None:
        return {}, in_order(findings)
    reading = Reading(document.name, vocabulary)
    out = {name: getattr(written, name) for name in _PLAIN if getattr(written, name) is not None}
    if written.confirm is not None:
        out["confirm"] = Confirmation(written.confirm.after, written.confirm.by)
    if written.confounders:
        out["confounders"] = tuple(map(_confounder, written.confounders))
    if written.parameters:
        out["parameters"] = tuple(written.parameters.items())
    if written.limits:
        limits = (_limit(text, reading) for text in written.limits)
        out["limits"] = tuple(limit for limit in limits if limit is not None)
    if written.by is not None and written.at is not None:
        message = "`by` and `at` exclude each other: a window, or one time point"
        place = written.marks.fields["at"]
        reading.fault("settings-conflict", place, message, "keep one")
    return out, in_order([*findings, *reading.findings])


def _confounder(written: ConfounderText) -> Confounder:
    markers = tuple(word.name for word in written.markers)
    days = {} if written.for_ is None else {"days": written.for_.days}
    return Confounder(written.event, markers, **days)


def _limit(written: LimitText, reading: Reading) -> ReferenceLimit | None:
    """Return a limit that can be compared with values, or None after noting a fault."""
    place = written.marks.fields
    term = reading.vocabulary.find(Kind.MARKER, written.marker.written)
    if term is None:  # noted where the word was read
        return None
    usual = term.extra.get("unit", "")
    try:
        convert(Fraction(1), written.unit, usual if isinstance(usual, str) else "", term)
    except UnitError as error:
        message = f"{term.label}: {error}"
        reading.fault("unit-not-convertible", place["unit"], message, f"write it in {usual}")
        return None
    low, high, start, end = (
        None if n is None else Fraction(n)
        for n in (written.low, written.high, written.age_from, written.age_to)
    )
    if low is not None and high is not None and low > high:
        message = f"the lower limit {written.low} is above the upper one {written.high}"
        reading.fault("limits-reversed", place["low"], message, "exchange them")
        return None
    return ReferenceLimit(
        term.name,
        written.unit,
        low,
        high,
        written.sex.strip().lower(),
        written.laboratory.strip(),
        start,
        end,
    )
