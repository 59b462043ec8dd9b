"""Transform proportions before inverse-variance pooling, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from paucity.synthesis.types import Counts, Floats

SCALES = ("logit", "arcsine", "freeman-tukey")


@dataclass(frozen=True, slots=True)
class Effects:
    """Hold transformed proportions `y` and their sampling variances `v`, each of shape (k,)."""

    y: Floats
    v: Floats


def effects(x: Counts, n: Counts, scale: str) -> Effects:
    """Transform counts to approximately normal effects.

    Args:
        x: Events, shape (k,).
        n: Patients, shape (k,).
        scale: `logit` adds 0.5 to both cells of studies with a zero cell and no others (the
            rule of metafor's escalc, `to="only0"`); `arcsine` is asin(sqrt(x/n)), variance 1/4n;
            `freeman-tukey` the mean of two arcsines, variance 1/(4n + 2) (Freeman & Tukey 1950,
            Annals of Mathematical Statistics 21:607).

    Returns:
        Effects and sampling variances.

    Example:
        >>> e = effects(np.array([0]), np.array([22]), "logit")
        >>> float(e.y[0].round(4)), float(e.v[0].round(4))
        (-3.8067, 2.0444)
    """
    size = n.astype(np.float64)
    if scale == "logit":
        add = np.where((x == 0) | (x == n), 0.5, 0.0)
        yes, no = x + add, size - x + add
        return Effects(np.log(yes / no), 1 / yes + 1 / no)
    if scale == "arcsine":
        return Effects(np.arcsin(np.sqrt(x / size)), 1 / (4 * size))
    return Effects(freeman_tukey(x, size), 1 / (4 * size + 2))


def freeman_tukey(x: Counts | Floats, n: Floats) -> Floats:
    """Return the double arcsine, half the sum of two arcsines (radians, 0 to pi/2)."""
    total = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return np.asarray(total / 2)


def inverse(value: float, scale: str, size: float = math.nan) -> float:
    """Return the proportion a transformed value stands for.

    Args:
        value: On the transformed scale.
        scale: As for `effects`.
        size: For `freeman-tukey` the one sample size at which to invert (Miller 1978, American
            Statistician 32:138). No single size is right for a pooled value, which is why the
            method is offered for comparison only (Schwarzer et al. 2019, Research Synthesis
            Methods 10:476).

    Returns:
        A proportion from 0 to 1.

    Example:
        >>> round(inverse(0.5, "logit"), 4), round(inverse(0.5, "arcsine"), 4)
        (0.6225, 0.2298)
    """
    if scale == "logit":
        return float(special.expit(value))
    if scale == "arcsine":
        return math.sin(min(max(value, 0.0), math.pi / 2)) ** 2
    ends = freeman_tukey(np.array([0.0, size]), np.array([size, size]))
    if value <= ends[0]:
        return 0.0
    if value >= ends[1]:
        return 1.0
    sine = math.sin(2 * value)
    inner = sine + (sine - 1 / sine) / size
    root = math.sqrt(max(0.0, 1 - inner * inner))
    return min(max((1 - math.copysign(root, math.cos(2 * value))) / 2, 0.0), 1.0)
