"""How firm a pooled result is: without a study, with other priors, failures or the missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from paucity.analysis import Settings, counts_of, fit, settings
from paucity.counts import whole_percent
from paucity.evidence.figures import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.analysis import Group
    from paucity.protocol import Analysis
    from paucity.synthesis.types import Interval

MOST: Final = 30
"""Studies up to which each is left out in turn, and reports are added to them."""

_TRIED: Final = 200
"""Unpublished reports up to which is searched."""


@dataclass(frozen=True, slots=True)
class Robustness:
    """What a pooled result hangs on.

    Attributes:
        key: what it was computed from; the same key, the same result.
        told: what is told, in a few words each, by column.
    """

    key: tuple[object, ...]
    told: Mapping[str, str]


def robustness_of(group: Group, analysis: Analysis) -> Robustness | None:
    """Return how firm a group's pooled result is; None if there is none, or an ordinal one.

    Args:
        group: one group of an analysis.
        analysis: the analysis.
    """
    result = group.result
    if result.estimate is None or analysis.method == "ordinal":
        return None
    x, n = counts_of(group.lines)
    missing = tuple(_missing(group, i) for i in range(len(n)))
    how = settings(analysis)
    told = dict(_told(x, n, missing, how))
    if result.interval is not None:
        told["pooled"] = f"{whole_percent(result.estimate)}% ({_span(result.interval)})"
    return Robustness((x, n, missing, how), told)


def _missing(group: Group, i: int) -> int:
    """Return how many of a cohort are not in its denominator."""
    row = group.lines[i].row
    sizes = (size(row.cohort, row.unit), row.cohort.enrolled if row.unit == "patients" else None)
    return max(0, *((s or 0) - group.lines[i].n for s in sizes))


@lru_cache(maxsize=64)
def _told(
    x: tuple[int, ...], n: tuple[int, ...], missing: tuple[int, ...], how: Settings
) -> tuple[tuple[str, str], ...]:
    told: dict[str, str] = {"without": _without(x, n, how)}
    if how.threshold is not None:
        told["above"] = _above(x, n, how)
    if how.threshold is not None and len(x) <= MOST:
        told["estimate"] = _tipping(x, n, how, "estimate")
        told["lower"] = _tipping(x, n, how, "lower limit")
    if _method(x, n, how) == "bayes":
        told["priors"] = _priors(x, n, how)
    if any(missing):
        told["missing"] = _bounds(x, n, missing, how)
    return tuple(told.items())


def _options(how: Settings) -> dict[str, Any]:
    from paucity.synthesis import Prior

    return {"prior": Prior(*how.prior[:2], scale=how.prior[2])} if how.prior else {}


def _without(x: tuple[int, ...], n: tuple[int, ...], how: Settings) -> str:
    """Return the range of the estimates without one study; reports alike are left out once.

    As `paucity.synthesis.leave_one_out`, with the method of the full data throughout.
    """
    from paucity.synthesis import posterior_median

    if len(x) > MOST:
        return f"not shown for more than {MOST} studies"
    if len(x) < 3:
        return "one study is left"
    how = replace(how, method=_method(x, n, how), minimum=2, threshold=None)
    options = _options(how)
    counts = sorted(zip(x, n, strict=True))
    left = [tuple(counts[:i] + counts[i + 1 :]) for i in range(len(counts))]
    columns = [tuple(map(tuple, zip(*rest, strict=True))) for rest in left]
    found: list[float | None] = (
        [posterior_median(*pair, **options) for pair in columns]
        if how.method == "bayes"
        else [fit(*pair, how).estimate for pair in columns]
    )
    given = [estimate for estimate in found if estimate is not None]
    if not given:
        return "no estimate is left"
    lost = len(found) - len(given)
    said = f"{whole_percent(min(given))} to {whole_percent(max(given))}%"
    return said + (f"; none in {lost} of {len(found)}" if lost else "")


def _method(x: tuple[int, ...], n: tuple[int, ...], how: Settings) -> str:
    import numpy as np

    from paucity.synthesis import choose

    return choose(np.array(x), np.array(n)) if how.method == "auto" else how.method


def _above(x: tuple[int, ...], n: tuple[int, ...], how: Settings) -> str:
    """Return the posterior probability that the median study's proportion is above."""
    from paucity.synthesis import BayesPooled

    result = fit(x, n, how)
    if not isinstance(result, BayesPooled) or not result.exceedances:
        return ""
    share = result.exceedances[0].median
    return ">99%" if share > 0.99 else "<1%" if share < 0.01 else f"{whole_percent(share)}%"


def _priors(x: tuple[int, ...], n: tuple[int, ...], how: Settings) -> str:
    """Return the range of estimates and of limits under the prior and its neighbours."""
    from paucity.synthesis import under_priors

    found = [u.median for u in under_priors(x, n, **_options(how))]
    points = [q.estimate for q in found]
    said = f"{whole_percent(min(points))} to {whole_percent(max(points))}%"
    limits = [q.interval for q in found if q.interval is not None]
    lowest, highest = min(i.lower for i in limits), max(i.upper for i in limits)
    return f"{said}; limits {whole_percent(lowest)} to {whole_percent(highest)}%"


def _tipping(x: tuple[int, ...], n: tuple[int, ...], how: Settings, conclusion: str) -> str:
    from paucity.synthesis import tipping_point

    result = fit(x, n, how)
    threshold = how.threshold or 0.5
    lower = result.interval.lower if result.interval else None
    value = result.estimate if conclusion == "estimate" else lower
    if value is None or value <= threshold:
        return "it is not above"
    found = tipping_point(
        x,
        n,
        threshold=threshold,
        conclusion=conclusion,
        method=how.method,
        maximum=_TRIED,
        unit=how.unit,
        **_options(how),
    )
    return f"more than {_TRIED}" if found.reports is None else str(found.reports)


def _bounds(x: tuple[int, ...], n: tuple[int, ...], missing: tuple[int, ...], how: Settings) -> str:
    from paucity.synthesis import missing_outcomes

    found = missing_outcomes(
        x,
        n,
        missing,
        method=how.method,
        minimum_studies=how.minimum,
        unit=how.unit,
        **_options(how),
    )
    return _span(found.interval) if found.interval is not None else ""


def _span(interval: Interval) -> str:
    return f"{whole_percent(interval.lower)} to {whole_percent(interval.upper)}%"
