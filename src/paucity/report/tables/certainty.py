"""Tables of judgement: the quality of each study, and how certain the evidence is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.analysis import Group, plan, synthesize
from paucity.counts import whole_percent
from paucity.evidence.quality import DOMAINS, Quality, QualityJudgement, judgements
from paucity.report.comparison import not_compared, several_agents
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.report.tables.pooled import analysis_label, limits, together
from paucity.report.tables.responses import agent_label

if TYPE_CHECKING:
    from paucity.evidence.model import Study
    from paucity.protocol import Certainty
    from paucity.review import Review


def quality(review: Review) -> Table:
    """Return the quality of each study as judged, domain by domain, with the ground of each."""
    studies = review.evidence.studies.values()
    pairs = [(study, appraisal) for study in studies for appraisal in study.quality]
    items = dict.fromkeys(name for _, appraisal in pairs for name in judgements(appraisal))
    names = [*(d for d in DOMAINS if d in items), *(i for i in items if i not in DOMAINS)]
    heads = [Column(_key(n), n[:1].upper() + n[1:]) for n in names]
    rows = tuple(_appraised(study, appraisal) for study, appraisal in pairs)
    columns = (Column("study", "Study"), *heads)
    questions = "; ".join(f"{name}: {asks}" for name, asks in DOMAINS.items() if name in items)
    judges = ", ".join(dict.fromkeys(appraisal.by for _, appraisal in pairs))
    tools = ", ".join(dict.fromkeys(appraisal.instrument for _, appraisal in pairs))
    counted = [f"{n}, {_tally([a for _, a in pairs], n)}" for n in names]
    notes = (
        f"Judged by {judges}; instrument: {tools}. Yes is the good answer.",
        f"Asked is {questions}." if questions else "",
        f"In all: {'; '.join(counted)}. Answers are not added up to a score.",
    )
    return Table("quality", "Quality of the studies", columns, rows, tuple(n for n in notes if n))


def _key(name: str) -> str:
    """Return the column of a domain or item; an item may be called as another column is."""
    return name if name in DOMAINS else f"item-{name}"


def _tally(appraisals: list[Quality], name: str) -> str:
    answers = [judgements(a)[name].answer for a in appraisals if name in judgements(a)]
    counts = {answer: answers.count(answer) for answer in ("yes", "no", "unclear")}
    return ", ".join(f"{count} {answer}" for answer, count in counts.items() if count)


def _appraised(study: Study, appraisal: Quality) -> TableRow:
    cohort = study.cohorts.get(appraisal.of)
    label = (cohort.label or appraisal.of) if cohort else ""
    name = f"{study.name}: {label}" if label else study.name
    held = judgements(appraisal)
    return TableRow(
        {
            "study": Cell(name, study.id, appraisal.marks.span()),
            **{_key(name): _judged(judgement) for name, judgement in held.items()},
        }
    )


def _judged(judgement: QualityJudgement) -> Cell:
    text = f"{judgement.answer}: {judgement.why}"
    return Cell(text, judgement.answer, judgement.marks.span("answer"))


def certainty(review: Review) -> Table:
    """Return the summary of findings: the result for each agent, and how certain it is."""
    analyses = plan(review.evidence)
    groups = {(g.analysis, g.name): g for g in synthesize(review.evidence)}
    first = next(iter(analyses))
    rows = []
    for entry in review.protocol.certainty:
        name = entry.analysis or first
        analysis = analyses.get(name)
        if analysis is None:
            continue
        group = groups.get((name, entry.agent.name))
        label = agent_label(review, entry.agent.name)
        rows.append(
            TableRow(
                {
                    "agent": Cell(label, entry.agent.name, entry.marks.span("agent")),
                    "evidence": _evidence(group, analysis.unit),
                    "result": _result(group, analysis.unit),
                    "certainty": Cell(entry.level, entry.level, entry.marks.span("level")),
                    "why": Cell(_reasons(entry), None, entry.marks.span("down")),
                },
                group=analysis_label(name, analysis),
            )
        )
    columns = (
        Column("agent", "Agent"),
        Column("evidence", "Evidence"),
        Column("result", "Result (95% interval)"),
        Column("certainty", "Certainty"),
        Column("why", "Why"),
    )
    judges = ", ".join(dict.fromkeys(entry.by for entry in review.protocol.certainty))
    starts = " or ".join(dict.fromkeys(entry.starts for entry in review.protocol.certainty))
    notes = [f"Judged by {judges} by the domains of GRADE, from {starts} downwards; not computed."]
    if several_agents(review):
        notes.append(not_compared(review))
    return Table("certainty", "Summary of findings", columns, tuple(rows), tuple(notes))


def _evidence(group: Group | None, unit: str) -> Cell:
    if group is None:
        return Cell("none")
    count = len(group.lines)
    n = sum(line.n for line in group.lines)
    return Cell(f"{count} cohort{'' if count == 1 else 's'}, {n} {unit}")


def _result(group: Group | None, unit: str) -> Cell:
    if group is None:
        return EMPTY
    result = group.result
    if result.estimate is not None:
        pooled = f"{whole_percent(result.estimate)}% ({limits(result.interval)}), pooled"
        return Cell(f"{pooled}; {together(group, unit)}")
    return Cell(f"{together(group, unit)}, {limits(result.crude.interval)}; not pooled")


def _reasons(entry: Certainty) -> str:
    told = []
    for reason in entry.down:
        steps = f", {reason.steps} steps" if reason.steps > 1 else ""
        told.append(f"{reason.for_}{steps}: {reason.why}")
    return "; ".join(told)
