"""Pool proportions: one entrance to every method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paucity.synthesis import numbers
from paucity.synthesis.bayes import pool_bayes
from paucity.synthesis.betabinomial import pool_beta_binomial
from paucity.synthesis.glmm import pool_glmm
from paucity.synthesis.inverse_variance import pool_inverse_variance
from paucity.synthesis.refusals import refused
from paucity.synthesis.types import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts, Pooled

POOLERS: dict[str, Callable[..., Pooled]] = {
    "bayes": pool_bayes,
    "glmm": pool_glmm,
    "beta-binomial": pool_beta_binomial,
    "inverse variance": pool_inverse_variance,
}
METHODS = ("auto", *POOLERS)
FEW = 10  # studies
SPARSE = 5  # events, or non-events, in all


def choose(x: Counts, n: Counts) -> str:
    """Return the method for the data: `bayes` where studies are few or sparse, else `glmm`.

    Few is under 10 studies; sparse is under 5 events or non-events in all, or more than half of
    the studies with none or only events.
    """
    ends = ((x == 0) | (x == n)).mean()
    rare = min(int(x.sum()), int((n - x).sum())) < SPARSE
    return "bayes" if x.size < FEW or rare or ends > 0.5 else "glmm"


def pool(
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "auto",
    minimum_studies: int = 3,
    level: float = 0.95,
    unit: str = "patients",
    **options: Any,
) -> Pooled:
    """Pool proportions from uncontrolled studies.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        method: `auto` (see `choose`), `bayes`, `glmm`, `beta-binomial` or `inverse variance`.
        minimum_studies: With fewer the result is `too few`; pass 2 to pool two studies anyway.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.
        **options: Passed to the method's own function (`pool_bayes`, `pool_glmm`, ...).

    Returns:
        A pooled result, or one whose status says why there is no number.

    Raises:
        ValueError: If the counts or an option are not valid.

    Example:
        >>> r = pool([2, 3, 0, 12], [2, 3, 22, 34])
        >>> print(r.sentence)
        Median study's proportion 45.7% (95% interval 13.0% to 85.5%), mean over studies 47.5%;
        4 studies, 17 of 61 patients; prior log odds ~ Normal(0, 1.5), tau ~ half-normal(1).
        >>> print(pool([2, 3], [2, 3]).status)
        too few
    """
    x, m = numbers.studies(events, n)
    numbers.one_of(method, METHODS, "method")
    level = numbers.probability(level, "level")
    name = choose(x, m) if method == "auto" else method
    if 1 < x.size < minimum_studies:
        reason = f"Pooling needs at least {minimum_studies} studies."
        return refused(Status.TOO_FEW, x, m, method=name, reason=reason, level=level, unit=unit)
    try:
        return POOLERS[name](x, m, level=level, unit=unit, **options)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise ValueError(
            f"found an option {name} does not have ({', '.join(options)}); expected its own. "
            "See that method's function."
        ) from error
