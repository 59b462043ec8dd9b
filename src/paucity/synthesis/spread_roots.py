"""Find the variance between studies at which an equation holds: scanned at once, then by Newton.

With w = 1 / (v + tau2), C = (X'WX)^-1 and P = W - WXCX'W, all that the equations need are sums
over studies of powers of w with columns of the design, for many tau2 at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis.types import Floats

GRID = 64  # points of the scan for sign changes of a score
RELATIVE = 1e-14  # step, relative to tau2, below which a root counts as found
CHUNK = 500_000  # floats held at once by a temporary array


@dataclass(frozen=True, slots=True)
class Data:
    """Hold effects `y` (k,), variances `v` (k,), the design `x` (k, p) and its products.

    `squares` (k, p * p) are the products of its columns, `moments` (k, p) those with y.
    """

    y: Floats
    v: Floats
    x: Floats
    squares: Floats
    moments: Floats


@dataclass(frozen=True, slots=True)
class Weighted:
    """Hold the weighted fits at T values of tau2.

    `w` (T, k), `information` X'WX and `inverse` C (T, p, p), and the residuals `r` (T, k).
    """

    w: Floats
    information: Floats
    inverse: Floats
    r: Floats


def prepare(y: Floats, v: Floats, x: Floats) -> Data:
    """Multiply the design's columns once for all values of tau2."""
    squares = (x[:, :, None] * x[:, None, :]).reshape(x.shape[0], -1)
    return Data(y, v, x, squares, x * y[:, None])


def _weigh(data: Data, tau2: Floats) -> Weighted:
    w = 1 / (data.v + tau2[:, None])
    information = _power(data, w)
    inverse = 1 / information if data.x.shape[1] == 1 else np.linalg.inv(information)
    beta = np.matmul(inverse, (w @ data.moments)[:, :, None])[:, :, 0]
    return Weighted(w, information, inverse, data.y - beta @ data.x.T)


def q_root(data: Data, target: float) -> float | None:
    """Return tau2 at which the generalised Q equals a target; None if it is below it at 0.

    Q is the least of functions that are convex in (mean, tau2), so it is convex and falls, and a
    Newton step from the root's left does not pass it (DerSimonian & Kacker 2007, Contemporary
    Clinical Trials 28:105). 1 / Q is nearly straight where tau2 is large: a step on it goes
    farther, and is taken only inside the bracket.
    """
    q, fall = _q_and_fall(data, 0.0)
    if q <= target:
        return None
    low, high = 0.0, math.inf
    tau2 = 0.0
    for _ in range(300):
        safe = tau2 + (q - target) / fall
        far = tau2 + (q - target) / fall * q / target
        if q >= target:
            low = max(low, tau2)
        else:
            high = min(high, tau2)
        if abs(safe - tau2) <= RELATIVE * tau2 or high - low <= RELATIVE * low:
            break
        tau2 = next((t for t in (far, safe) if low < t < high), (low + high) / 2)
        q, fall = _q_and_fall(data, tau2)
    return tau2


def _q_and_fall(data: Data, tau2: float) -> tuple[float, float]:
    """Return y'Py and minus its derivative by tau2, y'PPy."""
    at = _weigh(data, np.array([tau2]))
    weighted = (at.w * at.r)[0]
    return float(weighted @ at.r[0]), float(weighted @ weighted)


def highest_maximum(data: Data, *, restricted: bool) -> float:
    """Return the tau2 at which the (restricted) likelihood is highest, 0 included.

    The score is scanned from nearly 0 to beyond its last root; each fall through 0 is a local
    maximum, whose root is taken by Newton steps inside its bracket.
    """
    grid = np.concatenate([[0.0], _grid(data)])
    values = _in_parts(
        lambda part: _score(data, _weigh(data, part), restricted=restricted), grid, data
    )
    falls = np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0)).tolist()
    if not falls:
        return 0.0

    def equation(tau2: float) -> tuple[float, float]:
        at = _weigh(data, np.array([tau2]))
        value = _score(data, at, restricted=restricted)
        return float(value[0]), float(_slope(data, at, restricted=restricted)[0])

    found = [0.0, *(_newton(equation, float(grid[i]), float(grid[i + 1])) for i in falls)]
    heights = _in_parts(
        lambda part: _height(_weigh(data, part), restricted=restricted), np.array(found), data
    )
    return found[int(heights.argmax())]


def _in_parts(function: Callable[[Floats], Floats], tau2: Floats, data: Data) -> Floats:
    """Apply a function to some values of tau2 at a time, so that arrays stay small."""
    rows = max(1, CHUNK // data.y.size)
    if tau2.size <= rows:
        return function(tau2)
    return np.concatenate([function(tau2[i : i + rows]) for i in range(0, tau2.size, rows)])


def _grid(data: Data) -> Floats:
    # Beyond the largest squared residual (times k / (k - p)) every score is negative.
    k, p = data.x.shape
    w = 1 / data.v
    information = (w @ data.squares).reshape(p, p)
    residual = data.y - data.x @ np.linalg.solve(information, w @ data.moments)
    spread = float(np.ptp(residual)) ** 2
    top = 10 * max(spread * k / (k - p), float(data.v.mean()))
    return np.geomspace(1e-6 * float(data.v.min()), top, GRID)


def _score(data: Data, at: Weighted, *, restricted: bool) -> Floats:
    """Return twice the derivative of the log-likelihood by tau2: y'PPy less tr P, or tr W."""
    value = ((at.w * at.r) ** 2).sum(axis=1) - at.w.sum(axis=1)
    if restricted:
        value += _product_trace(at.inverse, _power(data, at.w * at.w))
    return np.asarray(value)


def _slope(data: Data, at: Weighted, *, restricted: bool) -> Floats:
    """Return the derivative of the score: tr PP, or tr WW, less 2 y'PPPy."""
    square = at.w * at.w
    again = square * at.r
    across = again @ data.x
    around = np.matmul(np.matmul(across[:, None], at.inverse), across[:, :, None])[:, 0, 0]
    value = square.sum(axis=1) - 2 * ((again * again / at.w).sum(axis=1) - around)
    if restricted:
        leverage = np.matmul(at.inverse, _power(data, square))
        value -= 2 * _product_trace(at.inverse, _power(data, square * at.w))
        value += _product_trace(leverage, leverage)
    return np.asarray(value)


def _height(at: Weighted, *, restricted: bool) -> Floats:
    """Return twice the log-likelihood, up to a constant."""
    value = np.log(at.w).sum(axis=1) - (at.w * at.r * at.r).sum(axis=1)
    return np.asarray(value - np.linalg.slogdet(at.information)[1] if restricted else value)


def _power(data: Data, w: Floats) -> Floats:
    p = data.x.shape[1]
    return np.asarray((w @ data.squares).reshape(-1, p, p))


def _product_trace(a: Floats, b: Floats) -> Floats:
    return np.asarray((a * b.transpose(0, 2, 1)).sum(axis=(1, 2)))


def _newton(equation: Callable[[float], tuple[float, float]], low: float, high: float) -> float:
    """Return the root in a bracket, by Newton steps, and by halving where these are no shorter."""
    tau2, last = 0.5 * (low + high), high - low
    for _ in range(300):
        value, slope = equation(tau2)
        low, high = (tau2, high) if value > 0 else (low, tau2)
        step = -value / slope if slope < 0 else math.inf
        if abs(step) <= RELATIVE * tau2 or high - low <= RELATIVE * low:
            break
        if not (low < tau2 + step < high and abs(step) <= 0.5 * last):
            step = 0.5 * (low + high) - tau2
        tau2, last = tau2 + step, abs(step)
    return tau2
