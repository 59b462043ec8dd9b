"""Pool within groups of studies and test whether the groups differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from paucity.synthesis import numbers, wording
from paucity.synthesis.contrasts import CommonSpread, common_spread
from paucity.synthesis.pooling import pool
from paucity.synthesis.priors import Prior, in_words
from paucity.synthesis.regression import Regression, Test, meta_regression
from paucity.synthesis.types import Pooled, Result, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from paucity.synthesis.types import Counts, Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroups(Result):
    """Hold pooled results per group and tests of no difference.

    `common_spread` compares the groups with one tau: the regression on groups (Wald, and for the
    GLMM likelihood-ratio), or for `bayes` the posterior of the differences. `separate_spread`
    compares the groups' own estimates, each with its own tau; it is no part of `bayes`.
    """

    names: tuple[str, ...]
    results: tuple[Pooled, ...]
    common_spread: Regression | CommonSpread
    separate_spread: Test | None


def subgroups(
    events: ArrayLike,
    n: ArrayLike,
    groups: Sequence[str],
    *,
    method: str = "glmm",
    level: float = 0.95,
    unit: str = "patients",
    **options: Any,
) -> Subgroups:
    """Pool each group of studies and test whether they differ.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,).
        groups: The group of each study, shape (k,).
        method: `glmm`, `inverse variance` or `bayes`, for few or sparse studies.
        level: Coverage.
        unit: What is counted, for the sentences: `patients`, `courses` or `cases`.
        **options: For inverse variance, `tau2_method` and `test`; for bayes, `prior`.

    Returns:
        Results in the order groups first appear. Groups of one study are refused (`single
        study`), and a test is missing where a group has no estimate. Groups of uncontrolled
        studies differ in more than their label: the test is not a comparison of treatments.

    Raises:
        ValueError: If the counts, groups or an option are not valid.

    Example:
        >>> r = subgroups([1, 2, 8, 9], [10, 12, 11, 12], ["a", "a", "b", "b"])
        >>> r.names, [round(g.estimate, 2) for g in r.results]
        (('a', 'b'), [0.14, 0.74])
        >>> b = subgroups([1, 2, 8, 9], [10, 12, 11, 12], ["a", "a", "b", "b"], method="bayes")
        >>> round(b.common_spread.contrasts[0].higher, 3)
        0.992
    """
    x, m = numbers.studies(events, n)
    labels = [str(g) for g in groups]
    if len(labels) != x.size:
        raise ValueError(
            f"groups: found {len(labels)} labels for {x.size} studies; expected one each."
        )
    names = tuple(dict.fromkeys(labels))
    if len(names) < 2:
        raise ValueError(
            f"groups: found one group ({names[0]}); expected at least two. Pool the studies."
        )
    member = np.array([names.index(g) for g in labels])
    numbers.one_of(method, ("glmm", "inverse variance", "bayes"), "method")
    inputs = numbers.inputs(x, m, unit)
    results = tuple(
        pool(
            x[member == i],
            m[member == i],
            method=method,
            minimum_studies=1,
            level=level,
            unit=unit,
            **options,
        )
        for i in range(len(names))
    )
    if method == "bayes":
        return _bayes(inputs, member, names, results, options.get("prior") or Prior(), level)
    dummies = (member[:, None] == np.arange(1, len(names))).astype(np.float64)
    common = meta_regression(x, m, dummies, names=names[1:], model=method, level=level, **options)
    return Subgroups(
        estimate=None,
        interval=None,
        status=common.status,
        method=f"subgroups, {method}",
        inputs=inputs,
        sentence=_sentence(names, results, common),
        names=names,
        results=results,
        common_spread=common,
        separate_spread=_separate(results),
    )


def _bayes(
    inputs: Inputs,
    member: Counts,
    names: tuple[str, ...],
    results: tuple[Pooled, ...],
    prior: Prior,
    level: float,
) -> Subgroups:
    x, n = np.array(inputs.events), np.array(inputs.n)
    parts = tuple((x[member == i], n[member == i]) for i in range(len(names)))
    common = common_spread(parts, names, prior, level)
    told = [
        f"{name}: median study's proportion {wording.percent(q.estimate)}"
        + (f" ({wording.span(q.interval)})" if q.interval else "")
        for name, q in zip(names, common.medians, strict=True)
    ]
    told += [
        f"probability that {c.name} is above {c.against}: {wording.percent(c.higher)}"
        for c in common.contrasts
    ]
    return Subgroups(
        estimate=None,
        interval=None,
        status=Status.OK,
        method="subgroups, Bayesian binomial-normal hierarchical model with one spread, quadrature",
        inputs=inputs,
        sentence=(
            f"{'; '.join(told)}; {wording.total(inputs)}; prior {in_words(prior)}. The groups "
            "were not randomised; this does not compare treatments."
        ),
        names=names,
        results=results,
        common_spread=common,
        separate_spread=None,
    )


def _separate(results: tuple[Pooled, ...]) -> Test | None:
    """Return Cochran's Q over the groups' own estimates; None if one has none."""
    link = [r.link_estimate for r in results]
    error = [r.standard_error for r in results]
    y = np.array([v for v in link if v is not None])
    w = 1 / np.array([s for s in error if s is not None and s > 0]) ** 2
    if y.size < len(results) or w.size < len(results):
        return None
    q = float(w @ (y - (w @ y) / w.sum()) ** 2)
    df = len(results) - 1
    return Test(q, df, float(special.chdtrc(df, q)), "Q between groups, separate spreads")


def _sentence(names: tuple[str, ...], results: tuple[Pooled, ...], common: Regression) -> str:
    parts = [f"{name}: {r.sentence}" for name, r in zip(names, results, strict=True)]
    test = common.likelihood_ratio or common.wald
    if common.status in {Status.OK, Status.BOUNDARY} and test is not None:
        parts.append(f"Test of no difference: p = {test.p:.2g} ({test.method}).")
    else:
        parts.append(f"No test: {common.sentence}")
    parts.append("The groups were not randomised; this does not compare treatments.")
    return " ".join(parts)
