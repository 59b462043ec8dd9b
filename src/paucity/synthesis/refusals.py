"""Results that refuse: a status with a reason in place of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.synthesis import numbers, wording
from paucity.synthesis.intervals import crude
from paucity.synthesis.types import MEANING, Pooled, Status

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts


def extreme(x: Counts, n: Counts) -> Status | None:
    """Say why counts have no pooled maximum-likelihood estimate, or None if they may have one."""
    if n.size == 1:
        return Status.SINGLE_STUDY
    if not x.any():
        return Status.NO_EVENTS
    if (x == n).all():
        return Status.ALL_EVENTS
    return None


def all_or_none(x: Counts, n: Counts) -> bool:
    """Say whether in every study everybody or nobody had the event."""
    return bool(((x == 0) | (x == n)).all())


def refused(
    status: Status,
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "none",
    reason: str = "",
    level: float = 0.95,
    unit: str = "patients",
) -> Pooled:
    """Return a result without a number, saying why.

    Args:
        status: Any status but `ok` and `boundary`.
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        method: What was asked for.
        reason: Particulars, put before what the status means.
        level: Coverage of the crude interval.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        A pooled result whose estimate and interval are None; `crude` is still filled.

    Raises:
        ValueError: If the status stands for an answer, or the counts are not valid.

    Example:
        >>> r = refused(Status.OVERLAPPING_COHORTS, [2, 3], [4, 5], reason="Cohort b is in a.")
        >>> r.estimate is None, r.sentence[:38]
        (True, 'No pooled proportion: overlapping coho')
    """
    if status in {Status.OK, Status.BOUNDARY}:
        raise ValueError(
            f"status: found {str(status)!r}, which stands for an answer; expected a reason to "
            "refuse. Pool instead."
        )
    x, m = numbers.studies(events, n)
    inputs = numbers.inputs(x, m, unit)
    whole = crude(x, m, numbers.probability(level, "level"))
    particulars = f" {reason}" if reason else ""
    sentence = f"No pooled proportion: {status} ({wording.total(inputs)}).{particulars}"
    if whole.interval is not None:
        where = (
            "Its own proportion is"
            if inputs.k == 1
            else "If all studies shared one proportion it would be"
        )
        sentence += f" {where} {wording.percent(whole.estimate)} ({wording.span(whole.interval)})."
    return Pooled(
        estimate=None,
        interval=None,
        status=status,
        method=method,
        inputs=inputs,
        sentence=sentence,
        estimand="none",
        crude=whole,
        notes=(MEANING[status],),
    )
