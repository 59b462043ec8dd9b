"""metafor reads the counts that paucity writes, and pools them to the same numbers."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from analysis.plans import cohort, review
from paucity.report.outputs import plan_csv
from paucity.synthesis import meta_regression, pool_inverse_variance

if TYPE_CHECKING:
    from pathlib import Path

R = """
suppressMessages({library(metafor); library(jsonlite)})
d <- read.csv(commandArgs(TRUE)[1])
d <- d[d$analysis == "all" & d$group == "anakinra", ]
e <- escalc("PLO", xi = events, ni = n, slab = study, data = d)
fit <- rma(yi, vi, data = e, method = "REML", control = list(threshold = 1e-13, maxiter = 1e5))
by <- rma(yi, vi, mods = ~n, data = e, method = "EE")
cat(toJSON(list(k = fit$k, units = unique(d$unit), beta = c(fit$beta), se = fit$se,
                tau2 = fit$tau2, slope = by$beta[2], slabs = attr(e$yi, "slab")),
           digits = NA, auto_unbox = TRUE))
"""


def packages_are_there() -> bool:
    program = shutil.which("Rscript")
    if program is None:
        return False
    call = [program, "-e", "library(metafor); library(jsonlite)"]
    return subprocess.run(call, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not packages_are_there(), reason="R with metafor and jsonlite is not there")
def test_metafor_reads_the_counts_and_pools_them_alike(tmp_path: Path) -> None:
    counts = [(1, 9), (3, 12), (7, 11), (0, 5), (4, 30)]
    names = ("Doe", "Roe", "Poe", "Loe", "Coe")
    studies = [cohort(a, b, author=name) for (a, b), name in zip(counts, names, strict=True)]
    path = tmp_path / "counts.csv"
    written = plan_csv(review(tmp_path / "review", "all: {}", *studies))
    path.write_text(written, encoding="utf-8")
    program = shutil.which("Rscript") or "Rscript"
    done = subprocess.run(
        [program, "-e", R, str(path)], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    theirs = json.loads(done.stdout)
    x, n = [a for a, _ in counts], [b for _, b in counts]
    ours = pool_inverse_variance(x, n, test="wald")
    assert theirs["k"] == 5
    assert theirs["units"] == "patients"
    assert theirs["slabs"] == ["a", "b", "c", "d", "e"]
    assert ours.link_estimate == pytest.approx(theirs["beta"], abs=1e-9)
    assert ours.standard_error == pytest.approx(theirs["se"], abs=1e-9)
    assert ours.heterogeneity is not None
    assert ours.heterogeneity.tau2 == pytest.approx(theirs["tau2"], abs=1e-9)
    slope = meta_regression(x, n, n, model="inverse variance", tau2_method="EE", test="wald")
    assert slope.estimate == pytest.approx(theirs["slope"], abs=1e-10)
