"""Compare groups of studies by the Bayesian model with one spread for all.

Given tau the groups are independent, so each is integrated over its own mean log odds on the same
nodes of tau, and the evidence of each tau is the product of theirs. A group of one study has its
place: what it lacks, the others tell of the spread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from paucity.synthesis import likelihood, posterior, priors
from paucity.synthesis.bayes import quantity

if TYPE_CHECKING:
    from paucity.synthesis.posterior import Nodes, Point
    from paucity.synthesis.priors import Prior
    from paucity.synthesis.types import Counts, Floats, Quantity


@dataclass(frozen=True, slots=True)
class Contrast:
    """Hold how two groups differ.

    `difference` is the log odds of the median study of `name` minus that of `against`, `higher`
    the posterior probability that it is above 0.
    """

    name: str
    against: str
    difference: Quantity
    higher: float


@dataclass(frozen=True, slots=True)
class CommonSpread:
    """Hold the groups under one spread.

    `medians` is the median study's proportion of each group, `contrasts` each group against the
    first, `tau` the spread. `bayes_factor` is how many times better the data are foretold by
    groups with means of their own than by one mean for all, under the same prior.
    """

    medians: tuple[Quantity, ...]
    contrasts: tuple[Contrast, ...]
    tau: Quantity
    bayes_factor: float


@dataclass(frozen=True, slots=True)
class _Group:
    nodes: Nodes
    mass: Floats


def common_spread(
    parts: tuple[tuple[Counts, Counts], ...], names: tuple[str, ...], prior: Prior, level: float
) -> CommonSpread:
    """Integrate the groups' model.

    Args:
        parts: Events and patients of each group's studies.
        names: The groups.
        prior: On each group's mean log odds, and on the spread they share.
        level: Probability inside the intervals.

    Returns:
        The groups' medians and how they differ.
    """
    # The spread is believed of as in all studies together and in each group; its nodes serve all.
    everything = tuple(np.concatenate(v) for v in zip(*parts, strict=True))
    whole = posterior.posterior(everything[0], everything[1], prior)
    panels = _cover([whole, *(posterior.posterior(x, n, prior) for x, n in parts)])
    tau, weight = posterior.panel_nodes(panels, posterior.PANEL_NODES)
    log_tau = np.log(weight) + priors.log_density_tau(prior, tau)
    groups = []
    for x, n in parts:
        nodes = posterior.place(likelihood.build(x, n), (prior,), tau)
        mass, evidence = posterior.conditional(nodes, prior)
        log_tau = log_tau + evidence
        groups.append(_Group(nodes, mass))
    peak = float(log_tau.max())
    share = np.exp(log_tau - peak)
    total = float(share.sum())
    evidence_apart = peak + math.log(total)
    made = [_posterior(g, share / total, evidence_apart, panels) for g in groups]
    short = [posterior.trimmed(post) for post in made]
    moments = [posterior.moments_mu(post) for post in short]
    medians = tuple(
        quantity(partial(posterior.at_mu, post), *m, level)
        for post, m in zip(short, moments, strict=True)
    )
    contrasts = tuple(
        _contrast(names[i], names[0], short[i], short[0], moments[i], moments[0], level)
        for i in range(1, len(names))
    )
    spread = posterior.moments_tau(made[0])
    return CommonSpread(
        medians=medians,
        contrasts=contrasts,
        tau=quantity(partial(posterior.at_tau, made[0]), *spread, level, logit=False),
        bayes_factor=math.exp(min(evidence_apart - whole.log_evidence, 700.0)),
    )


def _cover(found: list[posterior.Posterior]) -> tuple[tuple[float, float], ...]:
    """Return panels that resolve tau wherever one of several posteriors does."""
    edges: list[float] = []
    for edge in sorted({e for post in found for panel in post.panels for e in panel}):
        if not edges or edge > 1.3 * edges[-1] or edges[-1] == 0:
            edges.append(edge)
        else:
            edges[-1] = edge
    return tuple(pairwise(edges))


def _posterior(
    group: _Group, share: Floats, evidence: float, panels: tuple[tuple[float, float], ...]
) -> posterior.Posterior:
    nodes = group.nodes
    return posterior.Posterior(
        tau=nodes.tau,
        weight=share,
        centre=nodes.centre,
        width=nodes.width,
        t=nodes.t,
        step=nodes.step,
        mu=nodes.mu,
        mass=group.mass,
        log_evidence=evidence,
        panels=panels,
    )


def _contrast(
    name: str,
    against: str,
    one: posterior.Posterior,
    other: posterior.Posterior,
    moments: tuple[float, float],
    others: tuple[float, float],
    level: float,
) -> Contrast:
    def at(value: float) -> Point:
        # P(one - other <= value) = the mean over other of P(one <= other + value)
        cdf, density = np.zeros(one.tau.size), np.zeros(one.tau.size)
        for i in range(one.tau.size):
            held = other.mass[i] > 1e-15
            rows = np.full(int(held.sum()), i)
            below, slope = posterior.at_rows(one, other.mu[i, held] + value, rows)
            cdf[i], density[i] = other.mass[i, held] @ below, other.mass[i, held] @ slope
        return float(one.weight @ cdf), float(one.weight @ density)

    width = math.hypot(moments[1], others[1])
    difference = quantity(at, moments[0] - others[0], width, level, logit=False)
    return Contrast(name, against, difference, 1 - at(0.0)[0])
