"""How good a case report or series is: judgements that a reviewer writes, each with its ground.

The four domains are those of Murad, Sultan, Haffar & Bazerbachi 2018, BMJ Evidence-Based Medicine
23:60, doi 10.1136/bmjebm-2017-110853, in our own words. Another instrument, such as a checklist of
JBI, is named and its items written beside it. Nothing here is computed, and nothing is added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.record import Record, RecordShape, need, opt, table, wrong_type
from paucity.shapes import TEXT
from paucity.sources import SOURCE, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.record import Reading
    from paucity.text import Value

DOMAINS: Final[Mapping[str, str]] = {
    "selection": "whether those told of are all who were treated, not those who did well",
    "ascertainment": "whether what was given and what came of it are surely known",
    "causality": "whether it was this therapy: other causes ruled out, followed for long enough",
    "reporting": "whether enough is told to judge it, or to do the same",
}
"""The four domains, each as the question it asks; yes is the good answer."""


_ANSWERS: Final = {"yes": "yes", "true": "yes", "no": "no", "false": "no", "unclear": "unclear"}


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """Yes, no or unclear; editors that take a bare yes for true are right too."""

    def read(self, value: Value, at: int, key: str, reading: Reading) -> str | None:
        word = value.casefold() if isinstance(value, str) else ""
        if word not in _ANSWERS:
            wrong_type(key, value, "yes, no or unclear", at, reading)
        return _ANSWERS.get(word)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        return {"enum": ["yes", "no", "unclear", True, False]}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityJudgement(Record):
    """The answer to one question about a study, with its ground."""

    answer: str = need(AnswerShape(), "yes is good")
    why: str = need(TEXT, "the ground of the judgement")
    source: Source | None = opt(SOURCE, "where the ground stands")


JUDGEMENT = RecordShape(lambda: QualityJudgement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Record):
    """One appraisal of a study: four domains, or the items of a named checklist."""

    of: str = opt(TEXT, "the cohort it is about; the study as a whole, if left out", "")
    instrument: str = opt(
        TEXT, "the instrument: `JBI checklist for case series`, say", "Murad 2018"
    )
    by: str = opt(TEXT, "who judged", "this review")
    selection: QualityJudgement | None = opt(JUDGEMENT, DOMAINS["selection"])
    ascertainment: QualityJudgement | None = opt(JUDGEMENT, DOMAINS["ascertainment"])
    causality: QualityJudgement | None = opt(JUDGEMENT, DOMAINS["causality"])
    reporting: QualityJudgement | None = opt(JUDGEMENT, DOMAINS["reporting"])
    items: Mapping[str, QualityJudgement] = table(
        JUDGEMENT, "the items of another instrument, named in your own words"
    )


def judgements(quality: Quality) -> dict[str, QualityJudgement]:
    """Return the judgements of an appraisal by domain or item, in order."""
    domains = {name: getattr(quality, name) for name in DOMAINS}
    return {name: j for name, j in domains.items() if j is not None} | dict(quality.items)
