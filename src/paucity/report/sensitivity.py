"""How much the answer rests on the criteria: the same evidence under every set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.eligibility import Eligibility, Verdict
from paucity.report.table import Cell, Column, Table, TableRow
from paucity.report.tables.responses import agent_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.review import Review


def sensitivity(review: Review) -> Table | None:
    """Return the people each agent has under each set of criteria; None if there is one set."""
    results = review.evidence.eligibility
    if len(results) < 2:
        return None
    main = review.evidence.main
    agents = [a for a in _agents(results) if any(_in(r, a) for r in results.values())]
    agents.sort(key=lambda a: agent_label(review, a).casefold())
    rows = []
    for name in sorted(results, key=lambda n: n != main):
        criteria = review.protocol.criteria[name]
        label = criteria.label or name
        cells = {
            "criteria": Cell(
                label,
                name,
                criteria.marks.span(),
                note="the criteria this report rests on" if name == main else "",
            )
        }
        for i, agent in enumerate(agents):
            cells[f"a{i}"] = _cell(results[name], agent)
        rows.append(TableRow(cells))
    columns = (
        Column("criteria", "Criteria"),
        *(Column(f"a{i}", agent_label(review, a), numeric=True) for i, a in enumerate(agents)),
    )
    note = "Eligible people; out, not enough of them for the agent to be let in."
    title = "The same evidence under each set of criteria"
    return Table("criteria", title, columns, tuple(rows), (note,))


def _agents(results: Mapping[str, Eligibility]) -> list[str]:
    return list(dict.fromkeys(agent for result in results.values() for agent in result.agents))


def _in(result: Eligibility, agent: str) -> bool:
    found = result.agents.get(agent)
    return found is not None and found.verdict is not Verdict.EXCLUDED


def _cell(result: Eligibility, agent: str) -> Cell:
    found = result.agents.get(agent)
    if found is None:
        return Cell("none", 0)
    people = found.patients
    value = int(people.exact) if people.exact is not None else str(people)
    match found.verdict:
        case Verdict.INCLUDED:
            return Cell(str(people), value)
        case Verdict.EXCLUDED:
            return Cell("out" if str(people) == "0" else f"out ({people})", value)
        case _:
            return Cell(f"undecided ({people})", value)
