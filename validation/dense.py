"""Check the GLMM reference values by brute force, sharing no code with the library.

For each data set the log-likelihood is a plain sum over 40,001 points of every study's integral;
at the reference maximum its value must be the reference's, and no step away may raise it. Run
`python validation/dense.py`; the exit status is 1 if a value fails.
"""
# ruff: noqa: INP001

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "synthesis" / "reference"
POINTS = 40_001


def log_likelihood(x: list[int], n: list[int], mu: float, tau: float) -> float:
    """Return the marginal log-likelihood with binomial coefficients."""
    reach = max(12 * tau, 1e-9)
    theta = np.linspace(mu - 2 * reach, mu + 2 * reach, POINTS)
    weight = np.exp(-0.5 * ((theta - mu) / tau) ** 2) / (tau * math.sqrt(2 * math.pi))
    weight *= theta[1] - theta[0]
    up, down = np.logaddexp(0, -theta), np.logaddexp(0, theta)
    total = 0.0
    for a, b in zip(x, n, strict=True):
        log_term = -a * up - (b - a) * down
        top = float(log_term.max())
        coefficient = math.log(math.comb(b, a))
        total += coefficient + top + math.log(float(weight @ np.exp(log_term - top)))
    return total


def check(data: dict[str, Any], exact: dict[str, Any]) -> tuple[float, float]:
    """Return the error of the value, and the largest gain of a small step (should be below 0)."""
    x, n, mu, tau = data["xi"], data["ni"], exact["mu"], exact["tau"]
    here = log_likelihood(x, n, mu, tau)
    steps = [
        log_likelihood(x, n, mu + a * exact["se_mu"], tau + b * exact["se_tau"]) - here
        for a, b in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01))
    ]
    return here - exact["logLik"], max(steps)


def main() -> int:
    """Print one line per data set with an interior maximum."""
    sets = {}
    for kind in ("metafor", "exact"):
        with (REFERENCE / f"{kind}.json").open(encoding="utf-8") as file:
            sets[kind] = json.load(file)["sets"]
    failed = 0
    for name, exact in sets["exact"].items():
        g = exact["glmm"]
        if g["status"] != "interior":
            continue
        error, gain = check(sets["metafor"][name], g)
        good = abs(error) < 1e-8 and gain < 0
        failed += not good
        sys.stdout.write(
            f"{name}: log-likelihood off by {error:.1e}; a step of 0.01 standard errors gains "
            f"{gain:.1e}{'' if good else '  WRONG'}\n"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
