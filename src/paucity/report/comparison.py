"""What may be concluded where two agents' numbers stand near each other: no comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.rows import included_rows

if TYPE_CHECKING:
    from paucity.review import Review


def compared(review: Review) -> tuple[str, ...]:
    """Return the studies that tell of more than one of the agents."""
    held: dict[str, set[str]] = {}
    for row in included_rows(review.evidence):
        if row.therapy is not None:
            held.setdefault(row.study.name, set()).add(row.therapy.agent.name)
    return tuple(name for name, agents in held.items() if len(agents) > 1)


def several_agents(review: Review) -> bool:
    """Tell whether the included cohorts were given more than one agent."""
    rows = included_rows(review.evidence)
    return len({row.therapy.agent.name for row in rows if row.therapy is not None}) > 1


def not_compared(review: Review) -> str:
    """Return the sentence that stands wherever two agents' numbers do."""
    names = compared(review)
    if not names:
        return NOT_COMPARED
    tells = "tells" if len(names) == 1 else "tell"
    return (
        f"Only {', '.join(names)} {tells} of more than one of the agents: otherwise differences "
        "between rows are not differences between treatments."
    )


NOT_COMPARED = (
    "No study compared the agents: differences between rows are not differences between treatments."
)
