"""Simulate how often each interval contains the truth, and print a table.

    python validation/coverage.py [replicates] [output.csv]

Studies of 1, 1, 1, 2, 2, 3, 5, 7, 22 and 34 patients; log odds Normal(logit(median), tau). A
replicate without an interval (a status) counts as not covering and is counted apart. The last
column is the Monte Carlo standard error of the coverage of the median.
"""
# ruff: noqa: INP001

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from paucity.synthesis import pool_bayes, pool_glmm, pool_inverse_variance
from paucity.synthesis.logit_normal import mean_and_slopes

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.synthesis import Pooled

SIZES = np.array([1, 1, 1, 2, 2, 3, 5, 7, 22, 34])
SCENARIOS = (
    (0.5, 1.0),
    (0.8, 1.0),
    (0.1, 1.0),
    (0.8, 0.0),
    (0.3, 2.0),
    (0.95, 1.0),  # harder: nearly all respond
    (0.5, 3.0),  # harder: studies hardly share anything
)
METHODS: dict[str, Callable[[np.ndarray], Pooled]] = {  # type: ignore[type-arg]
    "logit DL Wald": lambda x: pool_inverse_variance(x, SIZES, tau2_method="DL", test="wald"),
    "logit REML ad hoc": lambda x: pool_inverse_variance(x, SIZES),
    "Freeman-Tukey DL": lambda x: pool_inverse_variance(
        x, SIZES, scale="freeman-tukey", tau2_method="DL", test="wald"
    ),
    "GLMM Wald": lambda x: pool_glmm(x, SIZES, interval="wald"),
    "GLMM profile": lambda x: pool_glmm(x, SIZES),
    "Bayes": lambda x: pool_bayes(x, SIZES),
}


def chance_error(share: float, replicates: int) -> float:
    """Return the Monte Carlo standard error of a coverage."""
    return math.sqrt(share * (1 - share) / replicates)


def scenario(median: float, tau: float, replicates: int, seed: int) -> list[str]:
    """Return one line per method: coverage of the median, missing intervals, mean width."""
    rng = np.random.default_rng(seed)
    centre = float(special.logit(median))
    p = special.expit(centre + tau * rng.standard_normal((replicates, SIZES.size)))
    draws = rng.binomial(SIZES, p)
    mean = mean_and_slopes(centre, tau)[0]
    lines = []
    for name, method in METHODS.items():
        inside = inside_mean = missing = 0
        widths = []
        for x in draws:
            r = method(x)
            if r.interval is None:
                missing += 1
                continue
            inside += r.interval.lower <= median <= r.interval.upper
            widths.append(r.interval.upper - r.interval.lower)
            own = r.mean.interval if r.mean and r.mean.interval else r.interval
            inside_mean += own.lower <= mean <= own.upper
        lines.append(
            f"{median},{tau},{mean:.3f},{name},{inside / replicates:.3f},"
            f"{inside_mean / replicates:.3f},{missing},{np.mean(widths):.3f},{replicates},"
            f"{chance_error(inside / replicates, replicates):.3f}"
        )
    return lines


def main() -> int:
    """Print the table as CSV, and write it if a file is named."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    lines = ["median,tau,mean,method,covers_median,covers_mean,no_interval,width,replicates,error"]
    for seed, (median, tau) in enumerate(SCENARIOS):
        lines += scenario(median, tau, replicates, seed)
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
