"""Priors of the Bayesian hierarchical model: stated, changeable, and readable in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from paucity.synthesis import numbers

if TYPE_CHECKING:
    from paucity.synthesis.types import Floats

FARTHEST = 100.0  # log odds: 1e-44
NARROWEST, WIDEST = 1e-6, 100.0
SHAPES = ("half-normal", "half-cauchy", "exponential")


@dataclass(frozen=True, slots=True)
class Prior:
    """State what is believed before the data, on the log-odds scale.

    The median study's log odds are Normal(`mean`, `sd`); the standard deviation between studies,
    tau, has the distribution `spread` with scale `scale` (for `exponential`, its mean). The
    default sd of 1.5 is nearly flat for a proportion (95% between 5% and 95%); half-Normal(1)
    allows 95% of a study's odds to lie within about a 50-fold range, and is the usual weakly
    informative choice for few studies (Röver et al. 2021, Research Synthesis Methods 12:448;
    Günhan, Röver & Friede 2020, 11:74).
    """

    mean: float = 0.0
    sd: float = 1.5
    spread: str = "half-normal"
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not math.isfinite(self.mean):
            raise ValueError(
                f"prior mean: found {self.mean!r}; expected a finite log odds. 0 means 50%."
            )
        if not abs(self.mean) <= FARTHEST:
            raise ValueError(
                f"prior mean: found {self.mean:g}; expected log odds from -{FARTHEST:g} to "
                f"{FARTHEST:g}, which leave nothing out. 0 means 50%."
            )
        for name, value in (("prior sd", self.sd), ("prior scale", self.scale)):
            if not NARROWEST <= numbers.positive(value, name) <= WIDEST:
                raise ValueError(
                    f"{name}: found {value:g}; expected {NARROWEST:g} to {WIDEST:g} log odds. "
                    "1 is usual; 10 is already no belief at all."
                )
        numbers.one_of(self.spread, SHAPES, "prior spread")


def in_words(prior: Prior) -> str:
    """Say a prior in words.

    Example:
        >>> in_words(Prior())
        'log odds ~ Normal(0, 1.5), tau ~ half-normal(1)'
    """
    return f"log odds ~ Normal({prior.mean:g}, {prior.sd:g}), tau ~ {prior.spread}({prior.scale:g})"


def log_density_mu(prior: Prior, mu: Floats) -> Floats:
    """Return the log prior density of the mean log odds."""
    z = (mu - prior.mean) / prior.sd
    return np.asarray(-0.5 * z * z - math.log(prior.sd * math.sqrt(2 * math.pi)))


def log_density_tau(prior: Prior, tau: Floats) -> Floats:
    """Return the log prior density of the standard deviation between studies, tau >= 0."""
    z = tau / prior.scale
    if prior.spread == "half-normal":
        return np.asarray(-0.5 * z * z + math.log(math.sqrt(2 / math.pi) / prior.scale))
    if prior.spread == "half-cauchy":
        return np.asarray(math.log(2 / (math.pi * prior.scale)) - np.log1p(z * z))
    return np.asarray(-z - math.log(prior.scale))


def sensitivity_set(prior: Prior) -> tuple[Prior, ...]:
    """Return the prior and its neighbours: half and twice each scale, and a heavy-tailed tau.

    Example:
        >>> [p.scale for p in sensitivity_set(Prior())]
        [1.0, 0.5, 2.0, 1.0, 1.0, 1.0]
    """
    return (
        prior,
        replace(prior, scale=prior.scale / 2),
        replace(prior, scale=prior.scale * 2),
        replace(prior, sd=prior.sd / 2),
        replace(prior, sd=prior.sd * 2),
        replace(prior, spread="half-cauchy"),
    )
