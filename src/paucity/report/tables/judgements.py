"""Tables of what was decided: eligibility, agents, claims, and what nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.claims import Standing
from paucity.evidence.cohorts import Family
from paucity.evidence.eligibility import Verdict
from paucity.evidence.facts import CohortFacts, FactError
from paucity.evidence.shares import Share
from paucity.logic import Bounds, add, exactly
from paucity.report.comparison import not_compared, several_agents
from paucity.report.table import Cell, Column, Table, TableRow, count_cell
from paucity.report.tables.responses import agent_label, by_agent

if TYPE_CHECKING:
    from paucity.evidence.rows import Row
    from paucity.review import Review


def eligibility(review: Review) -> Table:
    """Return the verdict on every cohort, with its reason."""
    result = review.eligibility
    rows = []
    for (study_id, name), cohort_result in (result.cohorts if result else {}).items():
        study = review.evidence.studies[study_id]
        cohort = study.cohorts[name]
        label = cohort.label or name
        rows.append(
            TableRow(
                {
                    "cohort": Cell(
                        f"{study.name}: {label}", f"{study_id}/{name}", cohort.marks.span()
                    ),
                    "n": _size(cohort.patients, cohort.courses, cohort.marks.span("patients")),
                    "verdict": Cell(cohort_result.verdict, cohort_result.verdict),
                    "reason": Cell(cohort_result.reason),
                }
            )
        )
    columns = (
        Column("cohort", "Cohort"),
        Column("n", "N", numeric=True),
        Column("verdict", "Verdict"),
        Column("reason", "Reason"),
    )
    return Table("eligibility", "Eligibility of every cohort", columns, tuple(rows))


def _size(patients: int | None, courses: int | None, span: object) -> Cell:
    from paucity.text import Span

    place = span if isinstance(span, Span) else None
    if patients is None and courses is not None:
        return Cell(f"{courses} courses", courses, place)
    return count_cell(patients, place)


def agents(review: Review) -> Table:
    """Return the verdict on every agent, with its eligible people."""
    result = review.eligibility
    rows = [
        TableRow(
            {
                "agent": Cell(agent_label(review, name), name),
                "verdict": Cell(agent.verdict, agent.verdict),
                "people": Cell(str(agent.patients), str(agent.patients)),
                "reports": count_cell(len(agent.reports)),
                "reason": Cell(agent.reason),
            }
        )
        for name, agent in (result.agents if result else {}).items()
    ]
    order = {Verdict.INCLUDED: 0, Verdict.UNDECIDED: 1, Verdict.EXCLUDED: 2}
    rows.sort(key=lambda r: (order[Verdict(r["verdict"].text)], r["agent"].text.casefold()))
    columns = (
        Column("agent", "Agent"),
        Column("verdict", "Verdict"),
        Column("people", "Eligible patients", numeric=True),
        Column("reports", "Reports", numeric=True),
        Column("reason", "Reason"),
    )
    return Table("agents", "Agents searched for and found", columns, tuple(rows))


def claims(review: Review) -> Table:
    """Return what the source concludes, and what the evidence says of it."""
    rows = [
        TableRow(
            {
                "claim": Cell(v.claim.says, v.name, v.claim.marks.span("says")),
                "where": Cell(v.claim.source.at if v.claim.source else ""),
                "standing": Cell(v.standing, v.standing),
                "figures": Cell("; ".join(v.figures), span=v.claim.marks.span("test")),
            }
        )
        for v in review.claims
    ]
    order = {Standing.CONTRADICTED: 0, Standing.UNDECIDABLE: 1, Standing.SUPPORTED: 2}
    rows.sort(key=lambda r: order[Standing(r["standing"].text)])
    columns = (
        Column("claim", "Conclusion"),
        Column("where", "Where"),
        Column("standing", "The evidence"),
        Column("figures", "Figures"),
    )
    return Table("claims", "Conclusions, tested", columns, tuple(rows))


def gaps(review: Review) -> Table:
    """Return how many eligible people each agent has been given to in each population."""
    populations = review.protocol.populations
    rows = []
    for agent, group in by_agent(review).items():
        cells = {"agent": Cell(agent_label(review, agent), agent)}
        for name in populations:
            people = _people(review, group, name)
            cells[name] = Cell(_told(people), _plain(people))
        rows.append(TableRow(cells))
    columns = (
        Column("agent", "Agent"),
        *(Column(n, p.label or n, numeric=True) for n, p in populations.items()),
    )
    note = "None: no eligible patient of this kind is published. A range: the source does not say."
    notes = (note, not_compared(review)) if several_agents(review) else (note,)
    return Table("gaps", "People given each agent, by population", columns, tuple(rows), notes)


def _people(review: Review, group: list[Row], population: str) -> Bounds:
    node = review.protocol.populations[population].is_.node
    total = exactly(0)
    for study_id in dict.fromkeys(row.study.id for row in group):
        members = [row for row in group if row.study.id == study_id]
        family = Family(members[0].study)
        shares = []
        for row in members:
            facts = CohortFacts(row.study, family, row.cohort.id, review.evidence.vocabulary)
            try:
                shares.append(facts.share(node))
            except FactError:
                shares.append(Share(0, facts.n, facts.n))
        if all(s.truth is True for s in shares):
            total = add(total, family.distinct([r.cohort.id for r in members]))
        else:
            total = add(
                total,
                Bounds(
                    exactly(max(s.low for s in shares)).low,
                    exactly(sum(s.high for s in shares)).high,
                ),
            )
    return total


def _told(people: Bounds) -> str:
    return "none" if people == exactly(0) else str(people)


def _plain(people: Bounds) -> int | str:
    return int(people.exact) if people.exact is not None else str(people)
