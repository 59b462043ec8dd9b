"""Ask how much a pooled result hangs on one study, on what was published, on what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from paucity.synthesis import numbers, posterior, wording
from paucity.synthesis.pooling import choose, pool
from paucity.synthesis.priors import Prior
from paucity.synthesis.regression import Regression, meta_regression
from paucity.synthesis.types import Interval, Pooled, Result, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts

MINIMUM_FOR_BIAS = 10  # studies; Sterne et al. 2011, BMJ 343:d4002
PREDICTORS: dict[str, Callable[[Counts], Any]] = {
    "1/n": lambda n: 1 / n,
    "1/sqrt(n)": lambda n: 1 / np.sqrt(n),
    "n": lambda n: n.astype(np.float64),
}
# 1/1, 1/1, 0/1, 0/1 have a median of exactly one half, which is not above it: rounding must not say
# that it is on one machine and not on another.
TIE = 1e-9
CONCLUSIONS = ("lower limit", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneOut(Result):
    """Hold the full result and one result without each study, in the studies' order."""

    full: Pooled
    without: tuple[Pooled, ...]


def leave_one_out(
    events: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "auto",
    level: float = 0.95,
    **options: Any,
) -> LeaveOneOut:
    """Pool without each study in turn, always by the method of the full data.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        method: As for `pool`.
        level: Coverage.
        **options: As for `pool`.

    Returns:
        The full result, and one per study left out. Each keeps its own status: without its one
        mixed study a set may have no maximum left.

    Raises:
        ValueError: As for `pool`.

    Example:
        >>> r = leave_one_out([3, 5, 12, 0], [9, 10, 34, 22], method="glmm")
        >>> [round(w.estimate, 2) for w in r.without]
        [0.17, 0.15, 0.16, 0.38]
    """
    x, m = numbers.studies(events, n)
    name = choose(x, m) if method == "auto" else method
    full = pool(x, m, method=name, level=level, **options)
    options = {"minimum_studies": 2} | options
    without = tuple(
        pool(np.delete(x, i), np.delete(m, i), method=name, level=level, **options)
        for i in range(x.size)
        if x.size > 1
    )
    given = [r.estimate for r in without if r.estimate is not None]
    sentence = full.sentence
    if given:
        sentence = (
            f"Leaving out one study at a time the estimate runs from {wording.percent(min(given))} "
            f"to {wording.percent(max(given))}."
        )
    lost = len(without) - len(given)
    if lost:
        sentence += f" In {lost} of {len(without)} cases there is no estimate left."
    return LeaveOneOut(
        estimate=full.estimate,
        interval=full.interval,
        status=full.status,
        method=f"leave-one-out, {name}",
        inputs=full.inputs,
        sentence=sentence,
        full=full,
        without=without,
    )


def small_study_test(
    events: ArrayLike,
    n: ArrayLike,
    *,
    predictor: str = "1/n",
    model: str = "glmm",
    level: float = 0.95,
    unit: str = "patients",
    **options: str,
) -> Regression:
    """Test whether small studies report other proportions than large ones.

    The log odds are regressed on study size, not on their own standard errors, which a proportion
    is tied to by construction (Peters et al. 2006, JAMA 295:676; Hunter et al. 2014, J Clin
    Epidemiol 67:897).

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        predictor: `1/n`, `1/sqrt(n)` or `n`.
        model: As for `meta_regression`.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.
        **options: As for `meta_regression`.

    Returns:
        The regression, or `too few` with under ten studies or if all have the same size: then
        nothing about bias may be concluded either way.

    Raises:
        ValueError: If the counts or an option are not valid.

    Example:
        >>> r = small_study_test([2, 3], [2, 3])
        >>> str(r.status)
        'too few'
    """
    x, m = numbers.studies(events, n)
    numbers.one_of(predictor, tuple(PREDICTORS), "predictor")
    reason = ""
    if x.size < MINIMUM_FOR_BIAS:
        reason = f"{x.size} studies; the test needs at least {MINIMUM_FOR_BIAS}."
    elif (m == m[0]).all():
        reason = f"All studies have {m[0]} {unit}, so size explains nothing."
    if reason:
        return Regression(
            estimate=None,
            interval=None,
            status=Status.TOO_FEW,
            method=f"small-study test on {predictor}",
            inputs=numbers.inputs(x, m, unit),
            sentence=(
                f"No small-study test: too few. {reason} That is no evidence against selective "
                "publication."
            ),
        )
    covariate = PREDICTORS[predictor](m)
    return meta_regression(
        x, m, covariate, names=(predictor,), model=model, level=level, unit=unit, **options
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint(Result):
    """Hold how many unpublished reports without the event would end a conclusion.

    `reports` is 0 if the conclusion does not hold to begin with, and None if not even `maximum`
    reports end it.
    """

    threshold: float
    conclusion: str
    reports: int | None
    maximum: int


def tipping_point(
    events: ArrayLike,
    n: ArrayLike,
    *,
    threshold: float,
    conclusion: str = "lower limit",
    method: str = "auto",
    maximum: int = 500,
    level: float = 0.95,
    prior: Prior | None = None,
    unit: str = "patients",
) -> TippingPoint:
    """Count the unpublished single-patient failures that would move a conclusion.

    Case reports are published when the treatment worked (Albrecht et al. 2005, J Clin Epidemiol
    58:1227). Reports of 0/1 are added until the lower limit (or the estimate) of the median
    proportion is no longer above the threshold.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        threshold: Proportion the conclusion says is exceeded.
        conclusion: `lower limit` or `estimate`.
        method: As for `pool`; that of the published data throughout.
        maximum: Most reports tried.
        level: Coverage of the interval whose lower limit counts.
        prior: For the Bayesian model.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.

    Returns:
        The smallest number of added reports found to end the conclusion: doubled until it does,
        then halved in on, so that one report fewer does not.

    Raises:
        ValueError: If the counts or an option are not valid.

    Example:
        >>> tipping_point([2, 3, 6], [2, 3, 7], threshold=0.5, conclusion="estimate").reports
        7
    """
    x, m = numbers.studies(events, n)
    threshold = numbers.probability(threshold, "threshold")
    level = numbers.probability(level, "level")
    numbers.one_of(conclusion, CONCLUSIONS, "conclusion")
    name = choose(x, m) if method == "auto" else method
    holds = _conclusion(x, m, threshold, conclusion, name, level, prior or Prior())
    reports = _search(holds, maximum)
    inputs = numbers.inputs(x, m, unit)
    single = f"single-{wording.one(unit)}"
    what = f"{conclusion} above {wording.percent(threshold)}"
    if reports == 0:
        sentence = f"The conclusion ({what}) does not hold for the published reports."
    elif reports is None:
        sentence = f"Not even {maximum} unpublished {single} failures end it ({what})."
    else:
        noun = "failure" if reports == 1 else "failures"
        sentence = f"{reports} unpublished {single} {noun} would end it ({what})."
    return TippingPoint(
        estimate=None if reports is None else float(reports),
        interval=None,
        status=Status.OK,
        method=f"selection tipping point, {name}",
        inputs=inputs,
        sentence=sentence,
        threshold=threshold,
        conclusion=conclusion,
        reports=reports,
        maximum=maximum,
    )


def _conclusion(
    x: Counts,
    n: Counts,
    threshold: float,
    conclusion: str,
    method: str,
    level: float,
    prior: Prior,
) -> Callable[[int], bool]:
    def added(reports: int) -> tuple[Counts, Counts]:
        return np.append(x, np.zeros(reports, np.int64)), np.append(n, np.ones(reports, np.int64))

    below = 0.5 if conclusion == "estimate" else (1 - level) / 2

    def bayes(reports: int) -> bool:
        post = posterior.posterior(*added(reports), prior)
        return posterior.cdf_mu(post, float(special.logit(threshold))) < below - TIE

    def other(reports: int) -> bool:
        result = pool(*added(reports), method=method, minimum_studies=1, level=level)
        if conclusion == "estimate":
            return result.estimate is not None and result.estimate > threshold + TIE
        return result.interval is not None and result.interval.lower > threshold + TIE

    return bayes if method == "bayes" else other


def _search(holds: Callable[[int], bool], maximum: int) -> int | None:
    if not holds(0):
        return 0
    low, high = 0, 1
    while holds(min(high, maximum)):
        low = min(high, maximum)
        if low == maximum:
            return None
        high *= 2
    high = min(high, maximum)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return high


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingOutcomes(Result):
    """Hold the pooled result of those assessed, and with the missing all failures or successes.

    `interval` reaches from the lower limit of the worst case to the upper limit of the best.
    """

    assessed: Pooled
    worst: Pooled
    best: Pooled


def missing_outcomes(
    events: ArrayLike,
    n: ArrayLike,
    missing: ArrayLike,
    *,
    method: str = "auto",
    level: float = 0.95,
    unit: str = "patients",
    **options: Any,
) -> MissingOutcomes:
    """Bound a pooled proportion whatever became of patients without an outcome.

    Bounds without assumptions on the missing (Horowitz & Manski 2000, JASA 95:77), widened by the
    sampling uncertainty of each end.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        missing: Patients enrolled but not assessed, shape (k,).
        method: As for `pool`.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.
        **options: As for `pool`.

    Returns:
        Three pooled results and the outer interval; the estimate is that of those assessed.

    Raises:
        ValueError: If the counts are not valid.

    Example:
        >>> r = missing_outcomes([3, 5, 12], [9, 10, 30], [0, 2, 4], method="glmm")
        >>> r.worst.estimate < r.assessed.estimate < r.best.estimate
        True
    """
    x, m = numbers.studies(events, n)
    lost = numbers.integers(missing, "missing")
    if lost.size != x.size:
        raise ValueError(
            f"missing: found {lost.size} counts for {x.size} studies; expected one each, 0 where "
            "nobody is missing."
        )
    name = choose(x, m) if method == "auto" else method
    assessed, worst, best = (
        pool(a, b, method=name, level=level, unit=unit, **options)
        for a, b in ((x, m), (x, m + lost), (x + lost, m + lost))
    )
    interval = None
    sentence = assessed.sentence
    if worst.interval is not None and best.interval is not None:
        interval = Interval(
            worst.interval.lower, best.interval.upper, level, "missing outcomes, worst to best"
        )
        sentence = (
            f"Whatever became of the {int(lost.sum())} {unit} without an outcome, the "
            f"proportion is between {wording.percent(interval.lower)} and "
            f"{wording.percent(interval.upper)} ({100 * level:g}% limits)."
        )
    return MissingOutcomes(
        estimate=assessed.estimate,
        interval=interval,
        status=assessed.status,
        method=f"bounds for missing outcomes, {name}",
        inputs=assessed.inputs,
        sentence=sentence,
        assessed=assessed,
        worst=worst,
        best=best,
    )
