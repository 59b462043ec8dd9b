"""Assess participants by a definition of response.

>>> from paucity.response.cells import Words
>>> from paucity.response.load import load_definition
>>> from paucity.response.read_series import parse_series
>>> from paucity.vocabulary import bundled
>>> text = '''participant,marker,day,value,unit,high
... gerard,ferritin,0,4756,ug/l,300
... gerard,ferritin,14,1500,ug/l,300'''
>>> series = parse_series(text, "labs.csv", Words(bundled()))
>>> assessment = assess(series, load_definition("marsh-2013")[0])
>>> assessment.outcomes[0].result
'PR or NR'
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from paucity.response.evaluate import Outcome, evaluate, trace
from paucity.response.measured import say
from paucity.response.prepare import prepare
from paucity.response.settings import DEFAULTS, Choice, Settings, at_once
from paucity.spreadsheet import harmless
from paucity.text import Finding, Severity, Span, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.response.model import Definition
    from paucity.response.plan import Plan
    from paucity.response.series import Series
    from paucity.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Assessment:
    """Participants assessed by one definition.

    Attributes:
        definition: its name.
        outcomes: one for each participant, by name; none if the definition cannot be computed.
        choices: everything the result rests on that the definition leaves open.
        levels: what an outcome can be, best first.
        responders: the levels that count as response.
        findings: what stood in the way, those of the data not included.
        plan: what was computed, or None.
    """

    definition: str
    outcomes: tuple[Outcome, ...] = ()
    choices: tuple[Choice, ...] = ()
    levels: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    plan: Plan | None = field(default=None, repr=False)

    def results(self) -> Mapping[str, int]:
        """Return how many participants have each result, certain ones first."""
        counts = Counter(outcome.possible for outcome in self.outcomes)
        order = sorted(counts, key=lambda p: (len(p), [self.levels.index(x) for x in p]))
        return {" or ".join(possible): counts[possible] for possible in order}

    def explain(self, participant: str) -> tuple[str, ...]:
        """Return in words how one participant's level came about; nothing for an unknown name."""
        found = next((o for o in self.outcomes if o.participant == participant), None)
        return () if found is None or self.plan is None else trace(self.plan, found)


def assess(
    series: Series,
    definition: Definition,
    settings: Settings = DEFAULTS,
    vocabulary: Vocabulary | None = None,
    *,
    judge: Definition | None = None,
) -> Assessment:
    """Assess every participant by a definition, exactly, one after another.

    Args:
        series: the measurements.
        definition: of any kind; one in words only gives a finding and no outcomes.
        settings: the choices that the definition leaves open.
        vocabulary: knows the markers; the bundled one, if left out.
        judge: the response definition that judges refractoriness; the one that `settings` or the
            definition names, if left out.

    Returns:
        One outcome for each participant, with the choices it rests on.
    """
    ready = prepare(definition, settings, series.units, vocabulary, judge)
    plan, findings, made = ready.plan, list(ready.findings), ready.choices
    if plan is None:
        return Assessment(definition.name, (), made, findings=tuple(in_order(findings)))
    confirming = ready.confirming
    outcomes = tuple(evaluate(plan, p, confirming) for p in series.participants)
    without = sum(not any(m.at <= 0 for m in p.measurements) for p in series.participants)
    without = 0 if at_once(definition) else without
    findings += about_participants(definition, series.name, len(outcomes), without)
    return Assessment(
        definition.name,
        outcomes,
        made,
        plan.outcomes,
        plan.responders,
        tuple(in_order(findings)),
        plan,
    )


def about_participants(
    definition: Definition, data: str, participants: int, without_baseline: int
) -> list[Finding]:
    """Return findings about participants who cannot be judged by change from a baseline."""
    subject = f"{definition.name}/baseline"
    if not participants:
        message = f"there is no participant to assess by {definition.label or definition.name}"
        return [Finding("no-participants", Severity.WARNING, Span(data), message, "", subject)]
    if not without_baseline:
        return []
    who = "participant has" if without_baseline == 1 else "participants have"
    message = f"{without_baseline} of {participants} {who} no value up to the index"
    hint = "give the values before the first dose, at day 0 or negative days"
    return [Finding("no-baseline", Severity.WARNING, Span(data), message, hint, subject)]


def outcome_row(definition: str, outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as one row: cells by column, in a fixed order.

    Each marker has its state, the two values that count and their days.
    """
    row: dict[str, Any] = {
        "participant": outcome.participant,
        "definition": definition,
        "level": outcome.level,
        "result": outcome.result,
        "certain": outcome.certain,
        "deciding": "; ".join(outcome.deciding),
    }
    if outcome.score is not None:
        row["score"] = str(outcome.score)
        row["score least"], row["score most"] = say(outcome.score.low), say(outcome.score.high)
    if outcome.probability is not None:
        row["probability"] = str(outcome.probability)
    for criterion in outcome.criteria:
        row[f"criterion {criterion.name}"] = _MET[criterion.met]
    for state in outcome.markers:
        row[state.marker] = state.state
        row[f"{state.marker} baseline"] = state.baseline
        row[f"{state.marker} baseline day"] = _days(state.baseline_day)
        row[f"{state.marker} value"] = state.value
        row[f"{state.marker} value day"] = _days(state.value_day)
    return row


_MET: Final = {True: "met", False: "not met", None: "met or not met"}


def _days(day: Any) -> str:
    return "" if day is None else say(day)


def to_csv(assessment: Assessment) -> str:
    """Return an assessment as CSV, one row for each participant.

    A cell that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    rows = [outcome_row(assessment.definition, o) for o in assessment.outcomes]
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(map(harmless, rows[0]))
        writer.writerows(map(harmless, row.values()) for row in rows)
    return out.getvalue()


def to_json(assessment: Assessment) -> str:
    """Return an assessment as JSON: the choices made, then the participants."""
    whole = {
        "definition": assessment.definition,
        "levels": list(assessment.levels),
        "responders": list(assessment.responders),
        "choices": [
            {"about": c.about, "taken": c.taken, "by": c.origin} for c in assessment.choices
        ],
        "participants": [
            {
                "participant": o.participant,
                "possible": list(o.possible),
                "certain": o.certain,
                "deciding": list(o.deciding),
                **_scored(o),
                "criteria": {c.name: _MET[c.met] for c in o.criteria},
                "markers": [
                    {
                        "marker": s.marker,
                        "state": s.state,
                        "baseline": s.baseline,
                        "baseline_day": _days(s.baseline_day),
                        "value": s.value,
                        "value_day": _days(s.value_day),
                        "reason": s.reason,
                    }
                    for s in o.markers
                ],
            }
            for o in assessment.outcomes
        ],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _scored(outcome: Outcome) -> dict[str, Any]:
    """Return the score of an outcome, if it has one."""
    if outcome.score is None:
        return {}
    probability = outcome.probability
    return {
        "score": str(outcome.score),
        "points": {item.name: str(item.points) for item in outcome.items},
        **({"probability": str(probability)} if probability else {}),
    }
