"""What a synthesis returns: statuses, intervals and results, all frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.floating[Any]]
Counts = NDArray[np.int64]


class Status(StrEnum):
    """Say what kind of answer a result is; `MEANING` says what a reader may conclude."""

    OK = "ok"
    BOUNDARY = "boundary"
    SEPARATED = "separated"
    DIVERGES = "diverges"
    SINGLE_STUDY = "single study"
    NO_EVENTS = "no events"
    ALL_EVENTS = "all events"
    OVERLAPPING_COHORTS = "overlapping cohorts"
    DEFINITIONS_DIFFER = "definitions differ"
    TOO_FEW = "too few"


MEANING: Mapping[Status, str] = {
    Status.OK: (
        "The model has one best fit inside its range. The estimate and interval may be read as "
        "they stand, within what uncontrolled studies can show."
    ),
    Status.BOUNDARY: (
        "The best fit has a parameter at the edge of its range, most often no spread between "
        "studies at all. The estimate may be read, but do not conclude that the studies agree: "
        "with few patients a spread is easily missed. Read the interval of tau."
    ),
    Status.SEPARATED: (
        "A group or covariate predicts the outcome without exception, so its effect has no finite "
        "estimate. One may conclude that the data point that way, not how strongly."
    ),
    Status.DIVERGES: (
        "The fit improves without end as the spread between studies grows, because in every study "
        "all patients responded or none did. There is no pooled number. Read the studies one by "
        "one with their exact intervals, or state a prior and use the Bayesian model."
    ),
    Status.SINGLE_STUDY: (
        "There is one study, so nothing to pool and nothing to learn about the spread between "
        "studies. Read its own proportion and exact interval."
    ),
    Status.NO_EVENTS: (
        "Nobody had the event. Maximum likelihood is 0% with no usable standard error; only an "
        "upper limit is informative. A Bayesian estimate leans on its prior."
    ),
    Status.ALL_EVENTS: (
        "Everybody had the event. Maximum likelihood is 100% with no usable standard error; only "
        "a lower limit is informative. A Bayesian estimate leans on its prior."
    ),
    Status.OVERLAPPING_COHORTS: (
        "Some patients would be counted more than once. Nothing is pooled; one may read each "
        "cohort on its own, or pool a set of cohorts that do not overlap."
    ),
    Status.DEFINITIONS_DIFFER: (
        "The studies judged response by different definitions and nobody said they may be "
        "combined. One may read each definition's studies on their own."
    ),
    Status.TOO_FEW: (
        "There are fewer studies than the analysis needs. No conclusion may be drawn from its "
        "absence: it is not evidence of agreement or of no bias."
    ),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Hold the limits of an interval, its level and how it was made.

    The scale is that of the quantity it belongs to; for proportions it is 0 to 1.
    """

    lower: float
    upper: float
    level: float
    method: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """Hold one number with its interval (None where it has none)."""

    estimate: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold the counts a result was made from: `events[i]` of `n[i]` in study i.

    `unit` says what is counted: patients, courses or cases.
    """

    events: tuple[int, ...]
    n: tuple[int, ...]
    unit: str = "patients"

    @property
    def k(self) -> int:
        """Number of studies."""
        return len(self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold what every result carries.

    `estimate` and `interval` are None wherever `status` says there is no number to give;
    `sentence` says the result, or the reason, in words.
    """

    estimate: float | None
    interval: Interval | None
    status: Status
    method: str
    inputs: Inputs
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """Describe the spread between studies; None where a model does not define the quantity.

    `tau2` is on the model's link scale (log odds for logit models and the GLMM), `i2` is a
    percentage, `lrt` the likelihood-ratio statistic for tau2 = 0 with the boundary p-value.
    `rho` is the beta-binomial model's correlation between two people of one study.
    """

    tau2: float | None = None
    tau2_interval: Interval | None = None
    q: float | None = None
    q_df: int | None = None
    q_p: float | None = None
    i2: float | None = None
    i2_interval: Interval | None = None
    h2: float | None = None
    lrt: float | None = None
    lrt_p: float | None = None
    rho: float | None = None
    rho_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled(Result):
    """Hold a pooled proportion.

    `estimand` names what `estimate` is: the "median" study's proportion (what a logit model's
    back-transformed mean is), the "mean" over studies, or the "transformed" mean of a variance-
    stabilising transform. `crude` is all events over all patients with its exact interval, right
    only if every study shares one proportion. `link_estimate` and `standard_error` are on the
    link scale. `prediction` is for the true proportion of a new study.
    """

    estimand: str
    crude: Quantity
    median: Quantity | None = None
    mean: Quantity | None = None
    prediction: Interval | None = None
    heterogeneity: Heterogeneity | None = None
    link_estimate: float | None = None
    link_interval: Interval | None = None
    standard_error: float | None = None
    log_likelihood: float | None = None
    notes: tuple[str, ...] = ()
