"""Posterior of (mu, tau) on quadrature nodes, and integrals over it.

tau is integrated by Gauss-Legendre panels, mu for each tau by the trapezoidal rule in
t, mu = centre + 3 s sinh(t / 3), around that tau's own mode. In t the conditional density is
analytic and decays fast, so its cumulative distribution follows from the same nodes by sinc
interpolation (Stenger 1993), with an error as small as the integral's own.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import likelihood, priors
from paucity.synthesis.logit_normal import mean_proportion, mu_for_mean
from paucity.synthesis.maximum import total

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.priors import Prior
    from paucity.synthesis.types import Counts, Floats

Point = tuple[float, float]
"""A probability and the density where it is reached."""

STRETCH = 3.0
HALF_RANGE = 9.5
INNER = 6.0  # nodes up to which the likelihood is always computed: a normal's are negligible at 5.6
STEP = 0.28
USUAL = 3.0  # log odds up to which the conditional posterior may be wide at that step
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
        The posterior on nodes. The last ones asked for are kept.
    """
    return posteriors(x, n, (prior,), refine=refine)[0]


def posteriors(
    x: Counts, n: Counts, chosen: tuple[Prior, ...], *, refine: float = 1.0
) -> tuple[Posterior, ...]:
    """Integrate one likelihood times each of several priors, on the nodes of the first.

    The likelihood is what takes time. Its nodes of mu reach 35 widths to both sides, and those of
    tau as far as any of the priors needs, so a prior of up to twice or half the width of the first
    is integrated on them as exactly as on nodes of its own.

    Args:
        x: Events, shape (k,).
        n: Patients, shape (k,).
        chosen: The priors.
        refine: Divides every step.

    Returns:
        A posterior for each prior.
    """
    pairs = sorted(zip(x.tolist(), n.tolist(), strict=True))  # the order of studies is nothing
    return _kept(tuple(pairs), chosen, refine)


@lru_cache(maxsize=32)
def _kept(
    pairs: tuple[tuple[int, int], ...], chosen: tuple[Prior, ...], refine: float
) -> tuple[Posterior, ...]:
    x, n = np.array(pairs).T
    prior = chosen[0]
    reach = max(1500.0, 40 * prior.sd + 9 * max(map(_farthest, chosen)))
    table = likelihood.build(x, n, reach=reach, refine=refine)
    panels = _panels(table, chosen)
    tau, tau_weight = panel_nodes(panels, round(PANEL_NODES * refine))
    nodes = place(table, chosen, tau, refine)
    return tuple(_weigh(nodes, tau_weight, panels, p) for p in chosen)


def forget() -> None:
    """Forget the posteriors kept, as a program that measures times must."""
    _kept.cache_clear()


@dataclass(frozen=True, slots=True)
class Nodes:
    """Hold where the likelihood was computed; names as in `Posterior`, `height` (T, J) its log."""

    tau: Floats
    centre: Floats
    width: Floats
    t: Floats
    step: float
    mu: Floats
    height: Floats
    jacobian: Floats


def place(
    table: likelihood.Table, chosen: tuple[Prior, ...], tau: Floats, refine: float = 1.0
) -> Nodes:
    """Compute the likelihood at nodes of mu around the conditional mode of each tau.

    Args:
        table: Unique studies.
        chosen: Priors on mu; the nodes are placed by the first.
        tau: Shape (T,).
        refine: Divides the step.

    Returns:
        The nodes. Where the posterior under each of the priors is negligible, the likelihood's log
        is -inf.
    """
    centre, width = _modes(table, table.multiplicity, chosen[0], tau)
    # A conditional posterior much wider than what the studies see has an edge within its width.
    step = STEP / refine * min(1.0, USUAL / float(width.max()))
    t = np.arange(-round(HALF_RANGE / step), round(HALF_RANGE / step) + 1) * step
    mu = centre[:, None] + STRETCH * width[:, None] * np.sinh(t / STRETCH)
    jacobian = np.log(width)[:, None] + np.log(np.cosh(t / STRETCH)) + math.log(step)
    nodes = Nodes(tau, centre, width, t, step, mu, np.full(mu.shape, -np.inf), jacobian)
    inner = np.flatnonzero(np.abs(t) <= INNER)
    everywhere = np.arange(tau.size)
    _raise(nodes, table, everywhere, inner)
    # The posterior is log-concave in mu: past a node where it is negligible there is no more of it.
    for edge, outer in ((inner[0], np.arange(inner[0])), (inner[-1], np.arange(inner[-1], t.size))):
        open_ = np.any([_log_mass(nodes, p, edge) > -NEGLIGIBLE for p in chosen], axis=0)
        _raise(nodes, table, np.flatnonzero(open_), outer)
    return nodes


def _raise(nodes: Nodes, table: likelihood.Table, rows: Counts, columns: Counts) -> None:
    """Compute the likelihood at some of the nodes."""
    if rows.size:
        mu, tau = nodes.mu[np.ix_(rows, columns)], np.repeat(nodes.tau[rows], columns.size)
        found = total(table, table.multiplicity, mu.ravel(), tau, 0).value
        nodes.height[np.ix_(rows, columns)] = found.reshape(mu.shape)


def _log_mass(nodes: Nodes, prior: Prior, column: int) -> Floats:
    """Return the log posterior density of each tau's node in a column, its top being 0."""
    log_mass = nodes.height + priors.log_density_mu(prior, nodes.mu) + nodes.jacobian
    return np.asarray(log_mass[:, column] - log_mass.max(axis=1))


def conditional(nodes: Nodes, prior: Prior) -> tuple[Floats, Floats]:
    """Return the mass of each node given tau, rows summing to 1, and the log evidence of tau."""
    log_mass = nodes.height + priors.log_density_mu(prior, nodes.mu) + nodes.jacobian
    top = log_mass.max(axis=1)
    mass = np.exp(log_mass - top[:, None])
    inner = mass.sum(axis=1)
    return mass / inner[:, None], top + np.log(inner)


def _weigh(
    nodes: Nodes, tau_weight: Floats, panels: tuple[tuple[float, float], ...], prior: Prior
) -> Posterior:
    mass, log_tau = conditional(nodes, prior)
    log_tau = log_tau + priors.log_density_tau(prior, nodes.tau) + np.log(tau_weight)
    peak = float(log_tau.max())
    weight = np.exp(log_tau - peak)
    whole = float(weight.sum())
    return Posterior(
        tau=nodes.tau,
        weight=weight / whole,
        centre=nodes.centre,
        width=nodes.width,
        t=nodes.t,
        step=nodes.step,
        mu=nodes.mu,
        mass=mass,
        log_evidence=peak + math.log(whole),
        panels=panels,
    )


def _farthest(prior: Prior) -> float:
    return 200.0 * max(prior.scale, 1.0) if prior.spread == "half-cauchy" else prior.scale * 45


def _panels(table: likelihood.Table, chosen: tuple[Prior, ...]) -> tuple[tuple[float, float], ...]:
    """Divide the range of tau where the profile posterior under any prior is not negligible."""
    information = float(table.multiplicity @ (table.x * (table.n - table.x) / table.n))
    low = min(0.02, 0.2 / math.sqrt(max(information, 1.0)))
    scan = np.concatenate([[0.0], np.geomspace(low, max(map(_farthest, chosen)), 40)])
    prior = chosen[0]
    centre, width = _modes(table, table.multiplicity, prior, scan)
    at_mode = (
        total(table, table.multiplicity, centre, scan, 0).value
        + priors.log_density_mu(prior, centre)
        + np.log(width)
    )
    heights = [at_mode + priors.log_density_tau(p, scan) for p in chosen]
    height = np.max([h - h.max() for h in heights], axis=0)
    seen = np.flatnonzero(height > -NEGLIGIBLE)
    first, last = max(int(seen[0]) - 1, 0), min(int(seen[-1]) + 1, scan.size - 1)
    edges = [float(scan[last])]
    # Panels halve towards 0 until the density is flat, or the negligible is reached.
    moved = np.flatnonzero(np.abs(height - height[0]) > 0.7)
    flat = float(scan[moved[0]]) if moved.size else float(scan[-1])
    while edges[-1] > max(flat, 1.2 * float(scan[first])):
        edges.append(max(edges[-1] / RATIO, float(scan[first])))
    edges = [*edges, 0.0][::-1] if first == 0 else edges[::-1]
    return tuple(itertools.pairwise(edges))


def panel_nodes(panels: tuple[tuple[float, float], ...], size: int) -> tuple[Floats, Floats]:
    """Return Gauss-Legendre nodes and weights on every panel."""
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
        bend = np.maximum(-at.d11, 0.0) + 1 / prior.sd**2
        step = (at.d1 - (mu - prior.mean) / prior.sd**2) / bend
        mu = mu + np.clip(step, -2 - tau, 2 + tau)
        if float(np.abs(step * np.sqrt(bend)).max()) < 1e-4:
            break
    at = total(table, counts, mu, tau, 1)
    # The likelihood is concave; where it is flat its curvature is rounding.
    return mu, 1 / np.sqrt(np.maximum(-at.d11, 0.0) + 1 / prior.sd**2)


def trimmed(post: Posterior) -> Posterior:
    """Return the posterior without the nodes of tau and of t that hold next to nothing."""
    kept = post.weight > 1e-15
    rows = {name: getattr(post, name)[kept] for name in ("tau", "weight", "centre", "width")}
    mass = post.mass[kept]
    held = np.flatnonzero((mass > 1e-18).any(axis=0))
    columns = slice(int(held[0]), int(held[-1]) + 1)
    return replace(
        post, **rows, t=post.t[columns], mu=post.mu[kept, columns], mass=mass[:, columns]
    )


def at_rows(post: Posterior, value: Floats, rows: Counts | None = None) -> tuple[Floats, Floats]:
    """Return P(mu <= value[i] | tau_i) and its density, by sinc interpolation in t."""
    pick: Counts | slice = slice(None) if rows is None else rows
    centre, width, mass = post.centre[pick], post.width[pick], post.mass[pick]
    t = STRETCH * np.arcsinh((value - centre) / (STRETCH * width))
    u = (t[..., None] - post.t) / post.step
    sine = special.sici(math.pi * u)[0]
    density = (mass * np.sinc(u)).sum(axis=-1) / (post.step * width * np.cosh(t / STRETCH))
    return np.asarray((mass * (0.5 + sine / math.pi)).sum(axis=-1)), np.asarray(density)


def _sum(post: Posterior, cdf: Floats, density: Floats) -> Point:
    return float(post.weight @ cdf), max(float(post.weight @ density), 0.0)


def at_mu(post: Posterior, value: float) -> Point:
    """Return the posterior probability that the mean log odds are at most a value, and density."""
    return _sum(post, *at_rows(post, np.full(post.tau.size, value)))


def cdf_mu(post: Posterior, value: float) -> float:
    """Return the posterior probability that the mean log odds are at most a value."""
    return at_mu(post, value)[0]


def at_mean(post: Posterior, logit: float) -> Point:
    """Return the posterior probability that the mean proportion is at most a value, and density.

    The value and the density are in log odds.
    """
    mu, slope = mu_for_mean(logit, post.tau)
    cdf, density = at_rows(post, mu)
    return _sum(post, cdf, density * slope)


def at_new(post: Posterior, value: float) -> Point:
    """Return the predictive probability of at most a value in a new study, and the density.

    Where tau is wide against the conditional posterior of mu, Normal(mu, tau) is smooth over the
    nodes of mu; where it is narrow, the cumulative distribution of mu is smooth over the nodes of
    the normal.
    """
    wide = post.tau > 0.8 * post.width
    cdf, density = np.empty(post.tau.size), np.empty(post.tau.size)
    scaled = (value - post.mu[wide]) / post.tau[wide, None]
    cdf[wide] = (post.mass[wide] * special.ndtr(scaled)).sum(axis=1)
    bell = np.exp(-0.5 * scaled * scaled) / (post.tau[wide, None] * math.sqrt(2 * math.pi))
    density[wide] = (post.mass[wide] * bell).sum(axis=1)
    narrow = np.flatnonzero(~wide)
    if narrow.size:
        node, weight = np.polynomial.hermite_e.hermegauss(32)
        weight = weight / weight.sum()
        below, slope = at_rows(post, value - post.tau[narrow] * node[:, None], narrow)
        cdf[narrow], density[narrow] = weight @ below, weight @ slope
    return _sum(post, cdf, density)


def mean_new(post: Posterior) -> float:
    """Return the posterior mean of the mean proportion, which is a new study's expectation."""
    rows = zip(post.tau.tolist(), post.mu, post.mass, strict=True)
    return float(
        post.weight @ np.array([float(m @ mean_proportion(mus, tau)) for tau, mus, m in rows])
    )


def quantile(at: Callable[[float], Point], p: float, start: float, width: float) -> float:
    """Return where a cumulative distribution reaches p, by Newton steps kept inside a bracket.

    Args:
        at: Gives the probability of at most a value, and the density there.
        p: Between 0 and 1.
        start: A guess.
        width: About the distribution's standard deviation.

    Returns:
        The value, to about 1e-11.
    """
    value, low, high, reach = start + width * float(special.ndtri(p)), -math.inf, math.inf, width
    for _ in range(200):
        below, density = at(value)
        if below < p:
            low = value
        else:
            high = value
        move = (p - below) / density if density > 0 else math.copysign(math.inf, p - below)
        # A Newton step leaves an error of about its square over the width.
        exact = move * move <= 1e-13 * width or abs(move) <= 1e-11 * (1 + abs(value))
        if exact or high - low <= 1e-11 * (1 + abs(value)):
            return value + move if low <= value + move <= high else value
        if abs(move) > 2 * reach:
            move, reach = math.copysign(2 * reach, move), 2 * reach
        value += move
        if not low < value < high:
            value = 0.5 * (low + high)
    return value


def moments_mu(post: Posterior) -> tuple[float, float]:
    """Return posterior mean and standard deviation of the mean log odds."""
    mass = post.weight[:, None] * post.mass
    mean = float((mass * post.mu).sum())
    return mean, math.sqrt(float((mass * (post.mu - mean) ** 2).sum()))


def at_tau(post: Posterior, value: float) -> Point:
    """Return the posterior probability that tau is at most a value, and the density.

    On the panel that holds the value the density is the polynomial through its nodes, integrated
    as a Legendre series.
    """
    size = post.tau.size // len(post.panels)
    node, _ = np.polynomial.legendre.leggauss(size)
    below, density = 0.0, 0.0
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
            density = 2 * float(np.polynomial.legendre.legval(at, series)) / (right - left)
    return below, max(density, 0.0)


def moments_tau(post: Posterior) -> tuple[float, float]:
    """Return posterior mean and standard deviation of tau."""
    mean = float(post.weight @ post.tau)
    return mean, math.sqrt(float(post.weight @ (post.tau - mean) ** 2))
