"""Say numbers the same way everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paucity.synthesis.types import Inputs, Interval


def percent(p: float) -> str:
    """Return a proportion as a percentage that never rounds a possible value to an impossible one.

    Example:
        >>> percent(0.12345), percent(0.0004), percent(0.99999), percent(1.0)
        ('12.3%', '<0.1%', '>99.9%', '100%')
    """
    if p in {0.0, 1.0}:
        return f"{100 * p:.0f}%"
    if p < 0.0005:
        return "<0.1%"
    if p > 0.9995:
        return ">99.9%"
    return f"{100 * p:.1f}%"


def span(interval: Interval) -> str:
    """Return an interval of proportions in words.

    Example:
        >>> from paucity.synthesis.types import Interval
        >>> span(Interval(0.1, 0.5, 0.95, "Wilson"))
        '95% interval 10.0% to 50.0%'
    """
    return (
        f"{100 * interval.level:g}% interval {percent(interval.lower)} to {percent(interval.upper)}"
    )


def studies(k: int) -> str:
    """Return a number of studies in words.

    Example:
        >>> studies(1), studies(3)
        ('1 study', '3 studies')
    """
    return f"{k} study" if k == 1 else f"{k} studies"


def total(inputs: Inputs) -> str:
    """Return the size of the evidence in words.

    Example:
        >>> from paucity.synthesis.types import Inputs
        >>> total(Inputs((2, 3), (2, 3))), total(Inputs((7,), (7,), "courses"))
        ('2 studies, 5 of 5 patients', '1 study, 7 of 7 courses')
    """
    return f"{studies(inputs.k)}, {sum(inputs.events)} of {sum(inputs.n)} {inputs.unit}"


def one(unit: str) -> str:
    """Return the word for one of what is counted.

    Example:
        >>> one("patients"), one("courses")
        ('patient', 'course')
    """
    return unit.removesuffix("s")
