"""Worked examples of a definition: read as data are read, assessed, and held against the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.response.cells import Words
from paucity.text import Finding, Severity
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.assess import Assessment
    from paucity.response.criteria import Example
    from paucity.response.evaluate import Outcome
    from paucity.response.model import Definition
    from paucity.response.series import Series
    from paucity.response.settings import Settings
    from paucity.vocabulary import Vocabulary

_COLUMNS = ("participant", "marker", "day", "value", "unit", "low", "high", "age")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an example gives: the result, and in a score the points and the probability."""

    result: str
    score: str = ""
    probability: str = ""


def example_series(definition: Definition, example: Example, vocabulary: Vocabulary) -> Series:
    """Return the participant of an example as measurements.

    Args:
        definition: gives the units of values that are written without.
        example: the participant.
        vocabulary: knows the markers.
    """
    from paucity.response.read_series import series_from_rows

    rows = list(_rows(definition, example, vocabulary))
    return series_from_rows(rows, _COLUMNS, "example", Words(vocabulary))


def _rows(
    definition: Definition, example: Example, vocabulary: Vocabulary
) -> Iterator[dict[str, str]]:
    units = {m.name.name: m.unit for m in definition.markers}
    for name, values in example.values.items():
        term = vocabulary.find(Kind.MARKER, name)
        usual = units.get(name) or (term.extra.get("unit", "") if term else "")
        limit = example.limits.get(name)
        for day, text in values:
            value, unit = text, ""
            if term is None or not term.extra.get("values"):
                value, _, unit = text.partition(" ")
            yield {
                "participant": "example",
                "marker": name,
                "day": day,
                "value": value,
                "unit": unit or str(usual),
                "low": "" if limit is None or limit.low is None else str(limit.low),
                "high": "" if limit is None or limit.high is None else str(limit.high),
                "age": "" if example.age is None else str(example.age),
            }


def example_settings(example: Example) -> Settings:
    """Return the choices of an example: those a definition leaves open stay at their defaults."""
    from paucity.response.settings import Settings

    return Settings(parameters=tuple(example.parameters.items()), judge=example.judged_by)


def answer_of(outcome: Outcome) -> Answer:
    """Return what a participant of an example was given by the reference evaluator."""
    score = "" if outcome.score is None else str(outcome.score)
    share = outcome.probability
    return Answer(outcome.result, score, "" if share is None else str(share).replace("%", ""))


def worked_out(
    definition: Definition, example: Example, vocabulary: Vocabulary
) -> tuple[Series, Assessment]:
    """Return an example as data, and assessed."""
    from paucity.response.assess import assess

    series = example_series(definition, example, vocabulary)
    return series, assess(series, definition, example_settings(example), vocabulary)


def example_findings(definition: Definition, vocabulary: Vocabulary) -> list[Finding]:
    """Return a finding for each example that gives another answer, or cannot be worked out.

    Args:
        definition: as read.
        vocabulary: knows its markers.
    """
    out = []
    for number, example in enumerate(definition.examples, 1):
        for message in _faults(definition, example, vocabulary):
            subject = f"{definition.name}/examples/{number}"
            hint = "work it out again by hand from the printed rule; then mend the rule or it"
            span = example.marks.span("expect")
            said = f"example {number}: {message}"
            out.append(Finding("example-fails", Severity.ERROR, span, said, hint, subject))
    return out


def _faults(definition: Definition, example: Example, vocabulary: Vocabulary) -> Iterator[str]:
    series, assessment = worked_out(definition, example, vocabulary)
    if not example.values:
        yield "it has no values"
        return
    trouble = [refused.reason for refused in series.refused]
    trouble += [f.message for f in (*series.findings, *assessment.findings) if _stops(f)]
    unknown = sorted(set(example.parameters) - set(definition.parameters))
    trouble += [f"there is no parameter `{name}`" for name in unknown]
    if trouble:
        yield trouble[0]
        return
    found = answer_of(assessment.outcomes[0])
    expected = Answer(example.expect, example.score, example.probability.replace("%", ""))
    for what in ("result", "score", "probability"):
        wanted, got = getattr(expected, what), getattr(found, what)
        if wanted and wanted != got:
            yield f"{what} {got or 'none'}, expected {wanted}"


def _stops(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR
