"""The whole of a review as data: everything read and everything judged, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from paucity.logic import Bounds
from paucity.participants.recompute import outcome_of
from paucity.participants.tell import tell
from paucity.record import Record
from paucity.shapes import Duration, Word
from paucity.text import finding_data

if TYPE_CHECKING:
    from paucity.evidence.eligibility import AgentResult, CohortResult, Eligibility, Judgement
    from paucity.participants.model import DescribedParticipant
    from paucity.response.assess import Assessment
    from paucity.review import Review
    from paucity.text import Marks, Span


def evidence_data(review: Review) -> dict[str, Any]:
    """Return the review as plain data, ready for JSON.

    A record is an object of the fields that are written, as they are named in the review's files;
    its ``@`` holds the file and, for every field, the line it stands on.
    """
    evidence = review.evidence
    return {
        "review": review.name,
        "protocol": plain(evidence.protocol),
        "studies": {name: plain(study) for name, study in evidence.studies.items()},
        "sources": {name: plain(source) for name, source in evidence.sources.items()},
        "definitions": {name: plain(d) for name, d in review.definitions.items()},
        "regimens": {name: plain(regimen) for name, regimen in review.regimens.items()},
        "participants": {key: plain(p) for key, p in review.people.participants.items()},
        "recomputed": [
            _recomputed(review, person, assessment)
            for person in review.people.participants.values()
            for assessment in review.recomputed.values()
        ],
        "eligibility": {
            name: _eligibility(result) for name, result in evidence.eligibility.items()
        },
        "main": evidence.main,
        "claims": [
            {
                "name": verdict.name,
                "says": verdict.claim.says,
                "standing": verdict.standing.value,
                "figures": list(verdict.figures),
                "cohorts": [row.key for row in verdict.rows],
                "source": place(verdict.claim.marks.span("test")),
            }
            for verdict in review.claims
        ],
    }


def _recomputed(
    review: Review, person: DescribedParticipant, assessment: Assessment
) -> dict[str, Any]:
    """Return what one participant's values amount to by one definition."""
    outcome = outcome_of(assessment, person.key)
    told = tell(review.people, assessment, person.key)
    return {
        "participant": person.key,
        "definition": assessment.definition,
        "reported": [r.level for r in person.reported if r.definition == assessment.definition],
        "possible": list(outcome.possible) if outcome else [],
        "certain": told.certain,
        "deciding": list(outcome.deciding) if outcome else [],
        "because": [
            {"text": m.text, **({"source": place(m.span)} if m.span else {})} for m in told.known
        ],
        "choices": [{"about": c.about, "taken": c.taken} for c in assessment.choices],
    }


def findings_data(review: Review) -> dict[str, Any]:
    """Return the findings as plain data: those open, and those accepted with their reasons."""
    return {
        "findings": [finding_data(finding) for finding in review.findings],
        "accepted": [
            {**finding_data(f), "reason": a.reason, "accepted_at": place(a.marks.span())}
            for f, a in review.accepted
        ],
    }


def place(span: Span) -> dict[str, Any]:
    """Return a place in the review's text as plain data."""
    return {"file": span.file, "line": span.line, "column": span.column}


def plain(value: Any) -> Any:
    """Return a value of a record as plain data.

    >>> plain(Word("steroids", "corticosteroid"))
    {'name': 'corticosteroid', 'written': 'steroids'}
    >>> plain(Decimal("22.0")), plain(Decimal(53)), plain(Fraction(1, 3))
    (22.0, 53, '1/3')
    """
    for kinds, convert in _CONVERSIONS:
        if isinstance(value, kinds):
            return convert(value)
    text = getattr(value, "text", None)
    return text if isinstance(text, str) else str(value)


def _word(word: Word) -> Any:
    same = word.written == word.name
    return word.name if same else {"name": word.name, "written": word.written}


def _record(record: Record) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for f in fields(record):
        value = getattr(record, f.name)
        if f.name == "marks" or value is None or value in ("", (), {}):
            continue
        out[f.name.rstrip("_")] = plain(value)
    if record.marks.file:
        out["@"] = _marks(record.marks)
    return out


def _marks(marks: Marks) -> dict[str, Any]:
    lines = {path: marks.span(*path.split(".")).line for path in marks.fields}
    return {"file": marks.file, "line": marks.span().line, "lines": lines}


def _eligibility(result: Eligibility) -> dict[str, Any]:
    return {
        "cohorts": {f"{s}/{c}": _cohort(cohort) for (s, c), cohort in result.cohorts.items()},
        "agents": {name: _agent(agent) for name, agent in result.agents.items()},
        "included": [f"{s}/{c}" for s, c in result.included_cohorts()],
    }


def _cohort(result: CohortResult) -> dict[str, Any]:
    share = result.share
    return {
        "verdict": result.verdict.value,
        "reason": result.reason,
        "eligible": {"low": share.low, "high": share.high, "of": share.n},
        "carried_by": list(result.carried_by),
        "criteria": [_judgement(j) for j in result.judgements],
    }


def _agent(result: AgentResult) -> dict[str, Any]:
    return {
        "verdict": result.verdict.value,
        "reason": result.reason,
        "patients": plain(result.patients),
        "cohorts": [f"{s}/{c}" for s, c in result.cohorts],
        "criteria": [_judgement(j) for j in result.judgements],
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "criterion": judgement.criterion,
        "level": judgement.level,
        "holds": judgement.truth,
        "because": [{"text": b.text, "source": place(b.span)} for b in judgement.because],
    }


_CONVERSIONS: Final[tuple[tuple[Any, Callable[[Any], Any]], ...]] = (
    (Enum, lambda x: x.value),
    ((bool, int, str, NoneType), lambda x: x),
    (Decimal, lambda x: float(x) if "." in str(x) else int(x)),
    (Fraction, lambda x: x.numerator if x.denominator == 1 else str(x)),
    (Word, _word),
    (Duration, lambda x: {"written": x.written, "days": plain(x.days)}),
    (Bounds, lambda x: {"low": plain(x.low), "high": plain(x.high)}),
    (Record, _record),
    (Mapping, lambda x: {str(key): plain(item) for key, item in x.items()}),
    ((list, tuple), lambda x: [plain(item) for item in x]),
)
"""How each kind of value is written; the first that fits. Expressions and rules have a text."""
