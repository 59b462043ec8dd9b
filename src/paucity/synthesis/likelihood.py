"""Binomial-normal likelihood of each study, with exact first and second derivatives.

Study u has x events in n; its log odds are normal with mean mu and standard deviation tau, and

    L_u(mu, tau) = integral of Binomial(x; n, expit(theta)) Normal(theta; mu, tau) dtheta.

The trapezoidal rule converges exponentially for such integrands (Trefethen & Weideman 2014, SIAM
Review 56:385), provided its step is small against the integrand's narrowest feature. Three rules,
each used where that holds, agree to about 1e-12:

- *table*: binomial factors on one fixed grid of log odds, made once; a likelihood is then a
  matrix product with the normal weights. For tau of at least twice the grid's step.
- *scaled*: nodes mu + tau z shared by all studies, for smaller tau (zero included).
- *local*: nodes around each study's own mode, for studies with so much information that a shared
  grid would have to be very fine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from paucity.synthesis.types import Counts, Floats

STRETCH = 10.0  # the grid is theta = STRETCH sinh(t): uniform near 0, coarser far out
# Information a study may gain where its likelihood is steeper than at its own proportion: 0/n
# has none at 0 but some on the flank where it meets the distribution of the other studies.
FLANK = 8.0
LOCAL_FROM = 100.0  # information x (n - x) / n above which a study gets nodes of its own
Z_RANGE, Z_STEP = 13.0, 0.5
LOCAL_RANGE, LOCAL_STEP = 9.5, 0.35
TINY = 1e-300
ROWS = 128  # neighbours in mu and tau that share one part of the grid
CHUNK = 500_000  # floats held at once by a temporary array


@dataclass(frozen=True, slots=True)
class Table:
    """Hold the unique studies and the binomial factors on the grid.

    `x`, `n` (U,) unique counts, sorted; `multiplicity` (U,) how often each occurs; `index` (k,)
    maps a study to its row; `peak` (U,) log probability of x at its own proportion; `theta`, `jac`
    (G,) grid and quadrature weight; `values` (T, G) binomial factors over their peak for the rows
    `shared`; `local` the other rows; `smallest` the least tau the table serves.
    """

    x: Floats
    n: Floats
    multiplicity: Floats
    index: Counts
    peak: Floats
    theta: Floats
    jac: Floats
    values: Floats
    shared: Counts
    local: Counts
    smallest: float
    refine: float


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold log L and its derivatives by mu (1) and tau (2), each of shape (rows, U)."""

    value: Floats
    d1: Floats
    d2: Floats
    d11: Floats
    d12: Floats
    d22: Floats


def build(x: Counts, n: Counts, *, reach: float = 1500.0, refine: float = 1.0) -> Table:
    """Tabulate the unique studies' binomial factors.

    Args:
        x: Events, shape (k,).
        n: Patients, shape (k,).
        reach: Log odds the grid covers on both sides of 0.
        refine: Divides every quadrature step; 2 checks convergence.

    Returns:
        The table.
    """
    pairs, index, count = np.unique(
        np.stack([x, n]), axis=1, return_inverse=True, return_counts=True
    )
    events, patients = pairs[0].astype(np.float64), pairs[1].astype(np.float64)
    information = events * (patients - events) / patients
    shared = np.flatnonzero(information <= LOCAL_FROM)
    local = np.flatnonzero(information > LOCAL_FROM)
    widest = float(information[shared].max(initial=0.0))
    step = 0.5 / math.sqrt(widest + FLANK) / refine
    edge = math.ceil(math.asinh(reach / STRETCH) * STRETCH / step)
    t = np.arange(-edge, edge + 1) * (step / STRETCH)
    theta = STRETCH * np.sinh(t)
    jac = step * np.cosh(t) / math.sqrt(2 * math.pi)
    peak = peak_log_probability(events, patients)
    return Table(
        x=events,
        n=patients,
        multiplicity=count.astype(np.float64),
        index=np.asarray(index, dtype=np.int64).reshape(-1),
        peak=peak,
        theta=theta,
        jac=jac,
        values=np.exp(_tabulate(events[shared], patients[shared], theta)),
        shared=shared,
        local=local,
        smallest=2 * step * refine,
        refine=refine,
    )


def _stirling_error(n: Floats) -> Floats:
    # log n! minus Stirling's formula (Loader 2000, "Fast and accurate computation of binomial
    # probabilities"); the series is exact to rounding from 16 on.
    small = np.minimum(n, 16.0)
    safe = np.maximum(small, 1.0)
    direct = (
        special.gammaln(small + 1)
        - (small + 0.5) * np.log(safe)
        + small
        - 0.5 * math.log(2 * math.pi)
    )
    m = np.maximum(n, 16.0)
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / m**2) / m**2) / m**2) / m
    return np.where(n < 16, np.where(n == 0, 0.0, direct), series)


def peak_log_probability(x: Floats, n: Floats) -> Floats:
    """Return log Binomial(x; n, x/n), to rounding even for a billion patients (Loader 2000)."""
    inside = (x > 0) & (x < n)
    y, m = np.where(inside, x, 1.0), np.where(inside, n, 2.0)
    value = (
        _stirling_error(m)
        - _stirling_error(y)
        - _stirling_error(m - y)
        + 0.5 * np.log(m / (2 * math.pi * y * (m - y)))
    )
    return np.where(inside, value, 0.0)


def _tabulate(x: Floats, n: Floats, theta: Floats) -> Floats:
    """Return what `relative` does, by a cheaper form for studies of little information.

    With y the rarer outcome's count, y theta - n log1p(exp(theta)) loses nothing: y is at most
    about twice `LOCAL_FROM`, and where n is large exp(theta) is small.
    """
    flip = 2 * x > n
    y = np.where(flip, n - x, x)
    up, down = np.logaddexp(0.0, theta), np.logaddexp(0.0, -theta)
    value = np.empty((x.size, *theta.shape))
    for side, sign, soft in ((~flip, 1.0, up), (flip, -1.0, down)):
        value[side] = np.multiply.outer(sign * y[side], theta) - np.multiply.outer(n[side], soft)
    share = np.where(y > 0, y / n, 0.5)
    top = np.where(y > 0, y * np.log(share) + (n - y) * np.log1p(-share), 0.0)
    return np.asarray(value - top.reshape(-1, *(1,) * theta.ndim))


def relative(x: Floats, n: Floats, theta: Floats) -> Floats:
    """Return log Binomial(x; n, expit(theta)) minus its maximum, without cancellation.

    With d the distance from logit(x/n) this is -n [r |d| + log1p(r expm1(-|d|))], r the
    proportion on the far side; at x = 0 or n it is -n log1p(exp(+-theta)).
    """
    p = x / n
    inside = (x > 0) & (x < n)
    with np.errstate(divide="ignore"):
        centre = np.where(
            inside, np.log(np.where(inside, x, 1.0) / np.where(inside, n - x, 1.0)), 0
        )
    distance = theta - centre
    far = np.abs(distance)
    r = np.where(inside, np.where(distance >= 0, 1 - p, p), 0.5)
    middle = r * far + np.log1p(r * np.expm1(-far))
    extreme = np.logaddexp(0.0, np.where(x == 0, theta, -theta))
    return np.asarray(-n * np.where(inside, middle, extreme))


def evaluate(table: Table, mu: Floats, tau: Floats, order: int = 2) -> Terms:
    """Evaluate every unique study at every row of parameters.

    Args:
        table: From `build`.
        mu: Mean log odds, shape (R,).
        tau: Standard deviation between studies, shape (R,), of at least 0.
        order: Highest derivative wanted: 0, 1 or 2; 1 gives the second by mu as well.

    Returns:
        Terms of shape (R, U); derivatives beyond `order` are zero-sized or zero.
    """
    rows, unique = mu.size, table.x.size
    out = np.zeros((6, rows, unique))
    columns = table.shared if table.local.size else slice(None)
    wide = tau >= table.smallest
    if table.shared.size:
        for mask, rule in ((wide, _table_rule), (~wide, _scaled_rule)):
            if mask.all():
                out[:, :, columns] = rule(table, mu, tau, order)
            elif mask.any():
                part = np.zeros((6, rows, table.shared.size))
                part[:, mask] = rule(table, mu[mask], tau[mask], order)
                out[:, :, columns] += part
    if table.local.size:
        out[:, :, table.local] = _local_rule(table, mu, tau, order)
    out[0] += table.peak
    return Terms(*out)


def _table_rule(table: Table, mu: Floats, tau: Floats, order: int) -> Floats:
    # Blocks of rows keep temporary arrays small, and neighbouring rows need the same part of the
    # grid when tau is sorted.
    rows = min(max(16, CHUNK // (table.theta.size * (2 * order + 1))), ROWS)
    if mu.size <= rows:
        return _table_block(table, mu, tau, order)
    blocks = [
        _table_block(table, mu[i : i + rows], tau[i : i + rows], order)
        for i in range(0, mu.size, rows)
    ]
    return np.concatenate(blocks, axis=1)


def _table_block(table: Table, mu: Floats, tau: Floats, order: int) -> Floats:
    reach = 14.0 * tau
    first = int(np.searchsorted(table.theta, float((mu - reach).min())))
    last = int(np.searchsorted(table.theta, float((mu + reach).max())))
    theta, jac = table.theta[first:last], table.jac[first:last]
    z = (theta - mu[:, None]) / tau[:, None]
    moments = np.empty((2 * order + 1, *z.shape))
    np.multiply(z, z, out=moments[0])
    moments[0] *= -0.5
    np.exp(moments[0], out=moments[0])
    for i in range(1, 2 * order + 1):
        np.multiply(moments[i - 1], z, out=moments[i])
    values = table.values[:, first:last] * jac
    sums = (moments.reshape(-1, theta.size) @ values.T).reshape(2 * order + 1, mu.size, -1)
    sums /= tau[:, None]
    return moment_terms(sums, tau[:, None], order)


def moment_terms(sums: Floats, tau: Floats, order: int) -> Floats:
    """Turn integrals of L z^j, z = (theta - mu) / tau, into log L and its derivatives.

    Differentiate Normal(theta; mu, tau) under the integral; `sums` has j on its first axis.
    """
    out = np.zeros((6, *sums.shape[1:]))
    total = np.maximum(sums[0], TINY)
    out[0] = np.log(total)
    if order:
        m = sums[1:] / total
        out[1], out[2] = m[0] / tau, (m[1] - 1) / tau
        out[3] = out[2] / tau - out[1] ** 2
    if order > 1:
        out[4] = (m[2] - 3 * m[0]) / tau**2 - out[1] * out[2]
        out[5] = (m[3] - 5 * m[1] + 2) / tau**2 - out[2] ** 2
    return out


def scaled_nodes(table: Table) -> tuple[Floats, Floats]:
    """Return nodes z and weights of the standard normal for the scaled rule."""
    step = Z_STEP / table.refine
    z = np.arange(-round(Z_RANGE / step), round(Z_RANGE / step) + 1) * step
    return z, np.exp(-0.5 * z * z) * (step / math.sqrt(2 * math.pi))


def _scaled_rule(table: Table, mu: Floats, tau: Floats, order: int) -> Floats:
    z, weight = scaled_nodes(table)
    log_weight = np.log(weight)
    x, n = table.x[table.shared], table.n[table.shared]
    out = np.empty((6, mu.size, x.size))
    chunk = max(1, CHUNK // (x.size * z.size))
    for i in range(0, mu.size, chunk):
        theta = mu[i : i + chunk, None] + tau[i : i + chunk, None] * z
        log_mass = _tabulate(x, n, theta) + log_weight
        mass = np.moveaxis(np.exp(log_mass, out=log_mass), 0, 1)
        out[:, i : i + chunk] = direct_terms(
            mass, theta[:, None, :], z, x[:, None], n[:, None], order
        )
    return out


def direct_terms(
    mass: Floats, theta: Floats, z: Floats, x: Floats, n: Floats, order: int
) -> Floats:
    """Return log L and derivatives from the mass at nodes theta = mu + tau z.

    In this form (differentiate the binomial, not the normal factor) nothing is divided by tau.
    """
    out = np.zeros((6, *mass.shape[:-1]))
    total = np.maximum(mass.sum(axis=-1), TINY)
    out[0] = np.log(total)
    if order:
        p = special.expit(theta)
        slope = n * (x / n - p)
        share = mass / total[..., None]
        out[1], out[2] = (share * slope).sum(-1), (share * z * slope).sum(-1)
        bend = share * (slope**2 - n * p * (1 - p))
        out[3] = bend.sum(-1) - out[1] ** 2
    if order > 1:
        out[4] = (bend * z).sum(-1) - out[1] * out[2]
        out[5] = (bend * z * z).sum(-1) - out[2] ** 2
    return out


def _local_rule(table: Table, mu: Floats, tau: Floats, order: int) -> Floats:
    step = LOCAL_STEP / table.refine
    t = np.arange(-round(LOCAL_RANGE / step), round(LOCAL_RANGE / step) + 1) * step
    x, n = table.x[table.local], table.n[table.local]
    out = np.empty((6, mu.size, x.size))
    chunk = max(1, CHUNK // (x.size * t.size))
    for i in range(0, mu.size, chunk):
        out[:, i : i + chunk] = local_terms(
            mu[i : i + chunk, None], tau[i : i + chunk, None], x, n, t, order
        )
    return out


def local_terms(mu: Floats, tau: Floats, x: Floats, n: Floats, t: Floats, order: int) -> Floats:
    """Integrate around each study's own mode.

    Args:
        mu: Broadcastable against `x`.
        tau: Likewise.
        x: Events.
        n: Patients.
        t: Nodes in units of the integrand's standard deviation at its mode.
        order: Highest derivative.

    Returns:
        The six terms relative to the studies' peaks.
    """
    centre = np.log(x / (n - x))
    information = x * (n - x) / n
    z = tau * information * (centre - mu) / (1 + tau**2 * information)
    for _ in range(25):
        p = special.expit(mu + tau * z)
        gradient = -z + tau * (n * (x / n - p))
        curvature = 1 + tau**2 * n * p * (1 - p)
        move = np.clip(gradient / curvature, -4.0, 4.0)
        z = z + move
        if float(np.abs(move * np.sqrt(curvature)).max()) < 1e-3:
            break
    p = special.expit(mu + tau * z)
    width = 1 / np.sqrt(1 + tau**2 * n * p * (1 - p))
    nodes = z[..., None] + width[..., None] * t
    theta = mu[..., None] + tau[..., None] * nodes
    log_mass = relative(x[..., None], n[..., None], theta) - 0.5 * nodes**2
    top = log_mass.max(axis=-1, keepdims=True)
    scale = width * (t[1] - t[0]) / math.sqrt(2 * math.pi)
    mass = np.exp(log_mass - top)
    out = direct_terms(mass, theta, nodes, x[..., None], n[..., None], order)
    if order:
        # Where the data say more than Normal(mu, tau), the other form of the derivatives is the
        # one without cancellation.
        powers = nodes[None] ** np.arange(2 * order + 1).reshape(-1, *(1,) * nodes.ndim)
        other = moment_terms((mass * powers).sum(axis=-1), np.maximum(tau, 1e-150), order)
        out = np.where(tau**2 * information > 1, other, out)
    out[0] += top[..., 0] + np.log(scale)
    return out
