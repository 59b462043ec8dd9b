"""Time the synthesis library against its peers, in the same run, and print ratios.

Run `python benchmarks/synthesis.py`, best on an idle machine with OMP_NUM_THREADS=1. Peers that
are not installed are named as absent. A ratio of 20 means the peer takes 20 times as long.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paucity.synthesis import (
    Prior,
    bootstrap,
    fit_glmm,
    pool_bayes,
    pool_glmm,
    pool_inverse_variance,
    posterior,
)
from paucity.synthesis.heterogeneity import estimate_tau2, weighted_fit
from paucity.synthesis.transforms import effects

if TYPE_CHECKING:
    from collections.abc import Callable

R_SCRIPT = """
suppressMessages({library(metafor); library(lme4)})
a <- commandArgs(TRUE); d <- read.csv(a[1]); big <- read.csv(a[2])
best <- function(f, times) min(sapply(1:times, function(i) system.time(f())[["elapsed"]]))
out <- list()
reml <- function(d) rma(measure="PLO", xi=d$x, ni=d$n, method="REML")
glmm <- function(d) suppressWarnings(rma.glmm(measure="PLO", xi=d$x, ni=d$n))
out$reml <- best(function() for (i in 1:20) reml(d), 3) / 20
out$glmm <- best(function() for (i in 1:5) glmm(d), 3) / 5
set.seed(1)
out$boot <- 10 * best(function() for (i in 1:100) {
  s <- d[sample(nrow(d), replace=TRUE), ]; try(glmm(s), silent=TRUE) }, 1)
big$id <- seq_len(nrow(big))
out$glmer <- best(function() glmer(cbind(x, n - x) ~ 1 + (1 | id), big, family=binomial,
                                   nAGQ=7), 1)
cat(paste0("{", paste0('"', names(out), '":', unlist(out), collapse=","), "}"))
"""


def best(function: Callable[[], object], times: int, repeats: int = 5) -> float:
    """Return the least mean time of a call, in seconds."""
    function()
    shortest = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(times):
            function()
        shortest = min(shortest, (time.perf_counter() - start) / times)
    return shortest


def sample(k: int, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Draw k studies of 1 to 39 patients whose log odds are Normal(0, 1)."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 40, k)
    return rng.binomial(n, 1 / (1 + np.exp(-rng.normal(0, 1, k)))), n


def ours() -> dict[str, float]:
    """Time this library, in seconds."""
    x, n = sample(20, 3)
    many_x, many_n = sample(10_000, 4)
    data = effects(x, n, "logit")
    one = np.ones((20, 1))

    def effects_by(method: str) -> Callable[[], object]:
        return lambda: weighted_fit(data.y, data.v, one, estimate_tau2(data.y, data.v, one, method))

    def afresh(function: Callable[[], object]) -> Callable[[], object]:
        def call() -> object:
            posterior.forget()
            return function()

        return call

    return {
        "GLMM fit, k=20": best(lambda: fit_glmm(x, n), 20),
        "GLMM with profile intervals, k=20": best(lambda: pool_glmm(x, n), 5),
        "GLMM, 1,000 bootstrap fits, k=20": best(lambda: bootstrap(x, n), 1),
        "GLMM fit, k=10,000": best(lambda: fit_glmm(many_x, many_n), 1, 3),
        "GLMM, 1,000 bootstrap fits, k=10,000": best(lambda: bootstrap(many_x, many_n), 1, 1),
        **{f"{m} fit, k=20": best(effects_by(m), 20) for m in ("REML", "PM")},
        "inverse variance with all intervals, k=20": best(lambda: pool_inverse_variance(x, n), 10),
        "inverse variance with all intervals, k=10,000": best(
            lambda: pool_inverse_variance(many_x, many_n), 1, 3
        ),
        "Bayes, posterior only, k=20": best(afresh(lambda: posterior.posterior(x, n, Prior())), 2),
        "Bayes with all intervals, k=20": best(afresh(lambda: pool_bayes(x, n)), 2),
    }


def metafor(times: dict[str, float]) -> None:
    """Time metafor and lme4 on the same data, if R is there."""
    program = shutil.which("Rscript")
    if program is None:
        print("metafor, lme4: absent (no Rscript)")
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, k, seed in (("small", 20, 3), ("large", 10_000, 4)):
            path = Path(folder) / f"{name}.csv"
            rows = zip(*(v.tolist() for v in sample(k, seed)), strict=True)
            path.write_text("x,n\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8")
            paths.append(str(path))
        done = subprocess.run(
            [program, "-e", R_SCRIPT, *paths], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(f"metafor, lme4: absent ({done.stderr.strip().splitlines()[-1:]})")
        return
    peer = json.loads(done.stdout)
    ratio("metafor rma REML", peer["reml"], times["inverse variance with all intervals, k=20"])
    ratio("metafor rma.glmm", peer["glmm"], times["GLMM fit, k=20"])
    ratio(
        "metafor rma.glmm, 1,000 bootstrap fits (100 timed)",
        peer["boot"],
        times["GLMM, 1,000 bootstrap fits, k=20"],
    )
    ratio("lme4 glmer, k=10,000", peer["glmer"], times["GLMM fit, k=10,000"])


def ratio(name: str, theirs: float, own: float) -> None:
    """Print a peer's time and how many times ours it is."""
    print(f"{name}: {1e3 * theirs:.2f} ms, {theirs / own:.1f} times ours")


def python_peers(times: dict[str, float]) -> None:
    """Time Python packages that pool effects by REML, or Paule-Mandel where they have no REML."""
    x, n = sample(20, 3)
    data = effects(x, n, "logit")
    for name, method, call in (
        ("statsmodels", "PM", _statsmodels),
        ("pymare", "REML", _pymare),
        ("pimeta", "REML", _pimeta),
    ):
        if importlib.util.find_spec(name) is None:
            print(f"{name}: absent")
            continue
        try:
            taken = best(call(data.y, data.v), 5)
        except Exception as error:  # noqa: BLE001 - a peer that fails is reported, not fixed
            print(f"{name}: fails ({error})")
            continue
        ratio(f"{name} {method}", taken, times[f"{method} fit, k=20"])
    _pimeta_glmm(x, n, times)


def _pimeta_glmm(x: Any, n: Any, times: dict[str, float]) -> None:
    """Time pimeta's GLMM: on the studies that it can take, those with events and non-events."""
    if importlib.util.find_spec("pimeta") is None:
        return
    module = importlib.import_module("pimeta")
    mixed = (x > 0) & (x < n)
    a, b = x[mixed], n[mixed]
    try:
        taken = best(lambda: module.rma_glmm(measure="PLO", xi=a, ni=b), 1, 2)
    except Exception as error:  # noqa: BLE001 - a peer that fails is reported, not fixed
        print(f"pimeta rma_glmm: fails ({error})")
        return
    print(f"pimeta rma_glmm, {a.size} of {x.size} studies (it fails on 0 or n events):")
    ratio("  time", taken, times["GLMM fit, k=20"])


def _statsmodels(y: Any, v: Any) -> Callable[[], object]:
    module = importlib.import_module("statsmodels.stats.meta_analysis")
    return lambda: module.combine_effects(y, v, method_re="iterated")


def _pymare(y: Any, v: Any) -> Callable[[], object]:
    core, estimators = (importlib.import_module(m) for m in ("pymare", "pymare.estimators"))
    return lambda: estimators.VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(
        core.Dataset(y, v)
    )


def _pimeta(y: Any, v: Any) -> Callable[[], object]:
    module = importlib.import_module("pimeta")
    return lambda: module.rma(y, v, method="REML")


def main() -> None:
    """Print our times, then each peer's ratio."""
    times = ours()
    for name, seconds in times.items():
        print(f"{name}: {1e3 * seconds:.2f} ms")
    metafor(times)
    python_peers(times)


if __name__ == "__main__":
    main()
