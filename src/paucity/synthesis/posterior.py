"""Posterior of (mu, tau) on quadrature nodes, and integrals over it.

tau is integrated by Gauss-Legendre panels, mu for each tau by the trapezoidal rule in
t, mu = centre + 3 s sinh(t / 3), around that tau's own mode. In t the conditional density is
analytic and decays fast, so its cumulative distribution follows from the same nodes by sinc
interpolation (Stenger 1993), with an error as small as the integral's own.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, special

from paucity.synthesis import likelihood, priors
from paucity.synthesis.logit_normal import mu_for_mean, nodes
from paucity.synthesis.maximum import total

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.priors import Prior
    from paucity.synthesis.types import Counts, Floats

STRETCH = 3.0
HALF_RANGE = 9.5
STEP = 0.28
PANEL_NODES = 14
RATIO = 2.4
NEGLIGIBLE = 42.0  # log density below the top: 6e-19


@dataclass(frozen=True, slots=True)
class Posterior:
    """Hold the posterior on nodes.

    `tau`, `weight` (T,) nodes and posterior mass of each; `centre`, `width` (T,) of the
    conditional nodes of mu; `t` (J,), `step` the nodes in t; `mu` (T, J); `mass` (T, J)
    conditional mass, rows summing to 1; `log_evidence` the log marginal likelihood; `panels` the
    intervals of tau the nodes lie in, equally many in each.
    """

    tau: Floats
    weight: Floats
    centre: Floats
    width: Floats
    t: Floats
    step: float
    mu: Floats
    mass: Floats
    log_evidence: float
    panels: tuple[tuple[float, float], ...]


def posterior(x: Counts, n: Counts, prior: Prior, *, refine: float = 1.0) -> Posterior:
    """Integrate likelihood times prior.

    Args:
        x: Events, shape (k,).
        n: Patients, shape (k,).
        prior: On mu and tau.
        refine: Divides every step; 2 checks convergence.

    Returns:
        The posterior on nodes.
    """
    table = likelihood.build(x, n, refine=refine)
    counts = table.multiplicity
    panels = _panels(table, prior)
    tau, tau_weight = _panel_nodes(panels, round(PANEL_NODES * refine))
    centre, width = _modes(table, counts, prior, tau)
    step = STEP / refine
    t = np.arange(-round(HALF_RANGE / step), round(HALF_RANGE / step) + 1) * step
    mu = centre[:, None] + STRETCH * width[:, None] * np.sinh(t / STRETCH)
    jacobian = np.log(width)[:, None] + np.log(np.cosh(t / STRETCH)) + math.log(step)
    height = total(table, counts, mu.ravel(), np.repeat(tau, t.size), 0).value
    log_mass = height.reshape(mu.shape) + priors.log_density_mu(prior, mu) + jacobian
    top = log_mass.max(axis=1)
    mass = np.exp(log_mass - top[:, None])
    inner = mass.sum(axis=1)
    log_tau = top + np.log(inner) + priors.log_density_tau(prior, tau) + np.log(tau_weight)
    peak = float(log_tau.max())
    weight = np.exp(log_tau - peak)
    whole = float(weight.sum())
    return Posterior(
        tau=tau,
        weight=weight / whole,
        centre=centre,
        width=width,
        t=t,
        step=step,
        mu=mu,
        mass=mass / inner[:, None],
        log_evidence=peak + math.log(whole),
        panels=panels,
    )


def _panels(table: likelihood.Table, prior: Prior) -> tuple[tuple[float, float], ...]:
    """Divide the range of tau where the profile posterior is not negligible."""
    information = float(table.multiplicity @ (table.x * (table.n - table.x) / table.n))
    low = min(0.02, 0.2 / math.sqrt(max(information, 1.0)))
    farthest = 200.0 if prior.spread == "half-cauchy" else prior.scale * 45
    scan = np.concatenate([[0.0], np.geomspace(low, farthest, 40)])
    centre, width = _modes(table, table.multiplicity, prior, scan)
    height = (
        total(table, table.multiplicity, centre, scan, 0).value
        + priors.log_density_mu(prior, centre)
        + priors.log_density_tau(prior, scan)
        + np.log(width)
    )
    seen = np.flatnonzero(height > height.max() - NEGLIGIBLE)
    first, last = max(int(seen[0]) - 1, 0), min(int(seen[-1]) + 1, scan.size - 1)
    edges = [float(scan[last])]
    # Panels halve towards 0 until the density is flat, or the negligible is reached.
    moved = np.flatnonzero(np.abs(height - height[0]) > 0.7)
    flat = float(scan[moved[0]]) if moved.size else float(scan[-1])
    while edges[-1] > max(flat, 1.2 * float(scan[first])):
        edges.append(max(edges[-1] / RATIO, float(scan[first])))
    edges = [*edges, 0.0][::-1] if first == 0 else edges[::-1]
    return tuple(itertools.pairwise(edges))


def _panel_nodes(panels: tuple[tuple[float, float], ...], size: int) -> tuple[Floats, Floats]:
    node, weight = np.polynomial.legendre.leggauss(size)
    edges = np.array(panels)
    half = (edges[:, 1] - edges[:, 0])[:, None] / 2
    return (edges[:, :1] + half * (1 + node)).ravel(), (half * weight).ravel()


def _modes(
    table: likelihood.Table, counts: Floats, prior: Prior, tau: Floats
) -> tuple[Floats, Floats]:
    """Return the conditional posterior mode of mu and its width, for each tau (concave in mu)."""
    events = float(counts @ table.x) + 0.5
    others = float(counts @ (table.n - table.x)) + 0.5
    mu = math.log(events / others) * np.sqrt(1 + 0.346 * tau**2)
    mu = np.clip(mu, prior.mean - 8 * prior.sd, prior.mean + 8 * prior.sd)
    for _ in range(60):
        at = total(table, counts, mu, tau, 1)
        bend = -at.d11 + 1 / prior.sd**2
        step = (at.d1 - (mu - prior.mean) / prior.sd**2) / bend
        mu = mu + np.clip(step, -2 - tau, 2 + tau)
        if float(np.abs(step * np.sqrt(bend)).max()) < 1e-4:
            break
    at = total(table, counts, mu, tau, 1)
    return mu, 1 / np.sqrt(-at.d11 + 1 / prior.sd**2)


def _conditional_cdf(post: Posterior, value: Floats, rows: Counts | None = None) -> Floats:
    """Return P(mu <= value[i] | tau_i) for the tau nodes of rows, by sinc interpolation in t."""
    pick: Counts | slice = slice(None) if rows is None else rows
    centre, width = post.centre[pick], post.width[pick]
    t = STRETCH * np.arcsinh((value - centre) / (STRETCH * width))
    sine = special.sici(math.pi * (t[..., None] - post.t) / post.step)[0]
    return np.asarray((post.mass[pick] * (0.5 + sine / math.pi)).sum(axis=-1))


def cdf_mu(post: Posterior, value: float) -> float:
    """Return the posterior probability that the mean log odds are at most a value."""
    return float(post.weight @ _conditional_cdf(post, np.full(post.tau.size, value)))


def cdf_mean(post: Posterior, proportion: float) -> float:
    """Return the posterior probability that the mean proportion is at most a value."""
    return float(post.weight @ _conditional_cdf(post, mu_for_mean(proportion, post.tau)))


def cdf_new(post: Posterior, value: float) -> float:
    """Return the predictive probability that a new study's log odds are at most a value.

    Where tau is wide against the conditional posterior of mu, Normal(mu, tau) is smooth over the
    nodes of mu; where it is narrow, the cumulative distribution of mu is smooth over the nodes of
    the normal.
    """
    wide = post.tau > 0.8 * post.width
    out = np.empty(post.tau.size)
    scaled = (value - post.mu[wide]) / post.tau[wide, None]
    out[wide] = (post.mass[wide] * special.ndtr(scaled)).sum(axis=1)
    narrow = np.flatnonzero(~wide)
    if narrow.size:
        node, weight = np.polynomial.hermite_e.hermegauss(32)
        shifted = value - post.tau[narrow] * node[:, None]
        out[narrow] = (weight / weight.sum()) @ _conditional_cdf(post, shifted, narrow)
    return float(post.weight @ out)


def mean_new(post: Posterior) -> float:
    """Return the posterior mean of the mean proportion, which is a new study's expectation."""
    rows = []
    for tau, mus, mass in zip(post.tau.tolist(), post.mu, post.mass, strict=True):
        z, weight = nodes(tau)
        rows.append(float(mass @ (special.expit(mus[:, None] + tau * z) @ weight)))
    return float(post.weight @ np.array(rows))


def quantile(cdf: Callable[[float], float], p: float, start: float, width: float) -> float:
    """Return where a cumulative distribution reaches p, by a bracketed root."""
    low, high = start - 2 * width, start + 2 * width
    while cdf(low) > p:
        low -= 2 * (high - low)
    while cdf(high) < p:
        high += 2 * (high - low)
    return float(optimize.brentq(lambda v: cdf(v) - p, low, high, xtol=1e-11, rtol=1e-13))


def moments_mu(post: Posterior) -> tuple[float, float]:
    """Return posterior mean and standard deviation of the mean log odds."""
    mass = post.weight[:, None] * post.mass
    mean = float((mass * post.mu).sum())
    return mean, math.sqrt(float((mass * (post.mu - mean) ** 2).sum()))


def cdf_tau(post: Posterior, value: float) -> float:
    """Return the posterior probability that tau is at most a value.

    On the panel that holds the value the density is the polynomial through its nodes, integrated
    as a Legendre series.
    """
    size = post.tau.size // len(post.panels)
    node, _ = np.polynomial.legendre.leggauss(size)
    below = 0.0
    for i, (left, right) in enumerate(post.panels):
        mass = post.weight[i * size : (i + 1) * size]
        if value >= right:
            below += float(mass.sum())
        elif value > left:
            basis = np.polynomial.legendre.legvander(node, size - 1)
            series = (np.arange(size) + 0.5) * (mass @ basis)
            integral = np.polynomial.legendre.legint(series, lbnd=-1)
            at = 2 * (value - left) / (right - left) - 1
            below += float(np.polynomial.legendre.legval(at, integral))
    return below


def mean_tau(post: Posterior) -> float:
    """Return the posterior mean of tau."""
    return float(post.weight @ post.tau)
