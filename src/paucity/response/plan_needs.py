"""What a plan needs to know of values beside their numbers: ages, reference limits, normality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.response.plan import AgeIs, All, Any_, Holds, InState, Negated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.response.plan import Condition, MarkerPlan, Plan


def uses_age(plan: Plan) -> bool:
    """Tell whether a rule speaks of age."""
    return any(isinstance(part, AgeIs) for part in _parts_of(plan))


def uses_limits(plan: Plan) -> bool:
    """Tell whether a rule speaks of reference limits as numbers."""
    return any(
        isinstance(part, Holds) and bool(part.rule.form[2] or part.rule.form[3])
        for part in _parts_of(plan)
    )


def asks_normal(plan: Plan) -> tuple[bool, bool]:
    """Tell whether anybody asks if a measured value is normal by limits, and a baseline."""
    value = baseline = False
    for marker in plan.markers:
        if marker.sign:
            continue
        states = {("value", s) for s in marker.asked}
        parts = _parts(marker)
        states |= {(part.when, part.state) for part in parts if isinstance(part, InState)}
        value |= bool({s for _, s in states} & {"normal", "abnormal", "resolved"})
        baseline |= any(w == "baseline" or s == "resolved" for w, s in states)
    return value or baseline, baseline


def _parts_of(plan: Plan) -> Iterator[Condition]:
    for marker in plan.markers:
        yield from _parts(marker)


def _parts(marker: MarkerPlan) -> Iterator[Condition]:
    """Yield the simple conditions of a marker's rules."""
    for bands in marker.bands.values():
        for band in bands:
            yield from _simple(band.when)
            yield from _simple(band.rule)


def _simple(condition: Condition | None) -> Iterator[Condition]:
    match condition:
        case None:
            return
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                yield from _simple(part)
        case Negated(part=part):
            yield from _simple(part)
        case _:
            yield condition
