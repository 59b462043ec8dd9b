"""Print how far every result is from its reference, by method, with the tolerance and its reason.

Run from the repository: `python validation/compare.py`. The exit status is 1 if a tolerance is
exceeded. `tests/synthesis/test_validation.py` runs the same checks. With `--live` the values of
metafor and lme4 are not those kept in the repository: R computes them anew (`reference.R`), in the
same run, and every value kept is compared with its new one as well.
"""
# ruff: noqa: INP001, S603 - runs the script beside it with the Rscript found

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paucity.synthesis import (
    Prior,
    combine,
    leave_one_out,
    meta_regression,
    pool_bayes,
    pool_beta_binomial,
    pool_glmm,
    pool_inverse_variance,
    pool_ordinal,
    posterior,
    small_study_test,
    subgroups,
)
from paucity.synthesis.intervals import METHODS
from paucity.synthesis.transforms import effects

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "synthesis" / "reference"
FLOOR = 0.01  # errors are relative to the reference value, or to this if that is smaller

# Each tolerance is on |ours - reference| / max(|reference|, FLOOR), and has its reason.
TOLERANCES: dict[str, tuple[float, str]] = {
    "interval, closed form": (1e-12, "R's quantile functions, printed to 15 digits"),
    "interval, mid-p": (1e-11, "R's uniroot at tolerance 1e-14 on a flat curve"),
    "transforms": (1e-12, "closed form, printed to 15 digits"),
    "inverse variance, EE and DL": (1e-11, "closed form; 0 in R is 1e-15 of rounding"),
    "inverse variance, PM": (1e-8, "uniroot, tolerance 1e-13 absolute on tau2 down to 0.002"),
    "inverse variance, REML and ML": (
        1e-7,
        "Fisher scoring stopped at steps of 1e-13; tau2 of 1e-14 stands for 0 and I2 is a percent",
    ),
    "inverse variance, arcsine, PM and REML": (
        2e-2,
        "metafor's default control only: its PM is good to 1e-4 absolute on tau2 of 0.003",
    ),
    "Q-profile interval": (1e-10, "uniroot with tolerance 1e-13"),
    "Freeman-Tukey back-transform": (1e-11, "closed form of closed-form fits"),
    "GLMM, dense quadrature": (1e-8, "the reference's own profile limits are roots to 1e-9"),
    "GLMM, standard error": (1e-6, "the reference's second derivatives are good to 1e-8"),
    "GLMM, rma.glmm as shipped": (
        0.13,
        "7 adaptive Gauss-Hermite points: tau2 up to 11% of ours too low (see divergences)",
    ),
    "beta-binomial": (1e-5, "the reference search stopped at 1e-8 of the mean, down to 0.01"),
    "beta-binomial, standard error": (
        2e-4,
        "taken off the maximum by 1e-7; ours is checked by differences in test_betabinomial",
    ),
    "meta-regression, DL": (1e-11, "closed form"),
    "meta-regression, REML": (1e-4, "metafor's default control, convergence to 1e-5"),
    "subgroups, separate REML": (1e-4, "metafor's default control"),
    "GLMM regression, likelihood ratio": (
        1e-3,
        "glmer with 25 points, stopped by a derivative-free optimiser",
    ),
    "small-study test": (1e-4, "metafor's default control"),
    "leave-one-out, REML": (1e-4, "metafor's default control on subsets of the data"),
    "Bayes against JAGS, standard errors": (
        3.5,
        "in Monte Carlo standard errors; the largest of 12 normal ones exceeds 3.5 in 0.6%",
    ),
    "Bayes against JAGS, quantiles": (0.02, "Monte Carlo error of tail quantiles, of at least 5%"),
    "proportional odds with two levels is the GLMM": (1e-8, "two programs, one likelihood"),
}

LIVE = "kept value against R, now"
LIVE_TOLERANCE = (
    2e-2,
    "the values kept are at metafor's default control, those of now at 1e-13 (see the README)",
)
# What an optimiser without derivatives leaves of a likelihood that has no maximum is its own.
LOOSE = ("rma_glmm", "subgroup_glmm_wald", "metareg_glmm", "subgroup_glmm_lrt", "logLik")


@dataclass(frozen=True, slots=True)
class Check:
    """Hold one comparison; `scale` None means the usual relative error."""

    method: str
    quantity: str
    data: str
    ours: float
    reference: float
    scale: float | None = None

    @property
    def error(self) -> float:
        """Distance in units of the tolerance's scale."""
        if not math.isfinite(self.ours):
            return math.inf
        unit = self.scale or max(abs(self.reference), FLOOR)
        return abs(self.ours - self.reference) / unit


def load(name: str) -> dict[str, Any]:
    """Read one reference file."""
    with (REFERENCE / f"{name}.json").open(encoding="utf-8") as file:
        sets: dict[str, Any] = json.load(file)["sets"]
    return sets


def intervals(name: str, r: dict[str, Any]) -> Iterator[Check]:
    """Compare every study's intervals."""
    keys = {"clopper-pearson": "clopper_pearson", "jeffreys": "jeffreys_bcd", "mid-p": "midp"}
    x, n = np.array(r["xi"]), np.array(r["ni"])
    for method, (_, limits) in METHODS.items():
        reference = r["individual"][keys.get(method, method.replace("-", "_"))]
        group = "interval, mid-p" if method == "mid-p" else "interval, closed form"
        for side, ours in zip(("lb", "ub"), limits(x, n, 0.95), strict=True):
            for a, b in zip(ours.tolist(), reference[side], strict=True):
                yield Check(group, f"{method} {side}", name, a, min(max(b, 0.0), 1.0))


SCALES = {"PLO": "logit", "PFT": "freeman-tukey", "PAS": "arcsine"}
TESTS = {"z": "wald", "knha": "hartung-knapp", "adhoc": "ad hoc"}


def inverse_variance(name: str, r: dict[str, Any]) -> Iterator[Check]:
    """Compare transforms and random-effects fits on their own scale."""
    x, n = np.array(r["xi"]), np.array(r["ni"])
    for measure, scale in SCALES.items():
        data = effects(x, n, scale)
        for what, ours in (("yi", data.y), ("vi", data.v)):
            for a, b in zip(ours.tolist(), r["escalc"][measure][what], strict=True):
                yield Check("transforms", f"{measure} {what}", name, a, b)
    for key, fit in r.get("rma", {}).items():
        measure, method, test = key.split("_")
        data = effects(x, n, SCALES[measure])
        group = "inverse variance, " + (
            "EE and DL" if method in {"EE", "DL"} else "PM" if method == "PM" else "REML and ML"
        )
        if measure == "PAS" and method not in {"EE", "DL"}:
            group = "inverse variance, arcsine, PM and REML"
        yield from _fit(group, key, name, data, method, test, fit)


def _fit(
    group: str, key: str, name: str, data: Any, method: str, test: str, fit: dict[str, float]
) -> Iterator[Check]:
    kind = "normal" if test == "z" else "t"
    ours = combine(data.y, data.v, tau2_method=method, test=TESTS[test], prediction=kind)
    riley = combine(data.y, data.v, tau2_method=method, test=TESTS[test], prediction="riley")
    spread = ours.heterogeneity
    pairs = [
        ("beta", ours.estimate),
        ("se", ours.standard_error),
        ("tau2", spread.tau2),
        ("I2", spread.i2),
        ("QE", spread.q),
        ("logLik", ours.log_likelihood),
    ]
    for prefix, interval in (
        ("ci", ours.interval),
        ("pi", ours.prediction),
        ("pi_riley", riley.prediction),
    ):
        if interval is not None:
            pairs += [(f"{prefix}_lb", interval.lower), (f"{prefix}_ub", interval.upper)]
    for quantity, value in pairs:
        if quantity in fit and value is not None:
            yield Check(group, f"{key} {quantity}", name, value, fit[quantity])


def back_transforms(name: str, r: dict[str, Any]) -> Iterator[Check]:
    """Compare Freeman-Tukey proportions under both back-transforms."""
    if name in {"x_allzero", "x_2of2_3of3"} or "rma" not in r:
        return  # refused here
    for method in ("EE", "DL"):
        for key, rule in (("hm", "harmonic"), ("iv", "inverse-variance")):
            ours = pool_inverse_variance(
                r["xi"],
                r["ni"],
                scale="freeman-tukey",
                tau2_method=method,
                test="wald",
                back_transform=rule,
            )
            if ours.estimate is None or ours.interval is None:
                continue
            values = (ours.estimate, ours.interval.lower, ours.interval.upper)
            for a, b in zip(values, r["rma"][f"PFT_{method}_z"][key], strict=True):
                yield Check("Freeman-Tukey back-transform", f"{method} {key}", name, a, b)


def spread(name: str, r: dict[str, Any]) -> Iterator[Check]:
    """Compare Q-profile intervals; an empty one is 0 to 0 in metafor and None here."""
    if "q_profile" not in r:
        return
    data = effects(np.array(r["xi"]), np.array(r["ni"]), "logit")
    h = combine(data.y, data.v).heterogeneity
    for quantity, ours in (("tau2", h.tau2_interval), ("I2", h.i2_interval)):
        low, high = r["q_profile"][quantity]
        a, b = (ours.lower, ours.upper) if ours else (0.0, 0.0)
        yield Check("Q-profile interval", f"{quantity} lower", name, a, low)
        yield Check("Q-profile interval", f"{quantity} upper", name, b, high)


def glmm(name: str, r: dict[str, Any], exact: dict[str, Any]) -> Iterator[Check]:
    """Compare the GLMM with dense quadrature, with rma.glmm and with proportional odds."""
    g = exact["glmm"]
    ours = pool_glmm(r["xi"], r["ni"])
    if "mu" not in g or ours.heterogeneity is None or ours.link_estimate is None:
        return
    group, h = "GLMM, dense quadrature", ours.heterogeneity
    pairs = [
        ("mu", ours.link_estimate, g["mu"]),
        ("tau2", h.tau2, g["tau2"]),
        ("logLik", ours.log_likelihood, g["logLik"]),
        ("mean_prop", ours.mean.estimate if ours.mean else None, g["mean_prop"]),
        ("LRT", h.lrt, g["LRT_tau2"]),
    ]
    if "ci_profile" in g and ours.interval and h.tau2_interval:
        pairs += [
            ("ci lower", ours.interval.lower, g["ci_profile"][0]),
            ("ci upper", ours.interval.upper, g["ci_profile"][1]),
            ("tau2 lower", h.tau2_interval.lower, g["tau2_ci_profile"][0]),
            ("tau2 upper", h.tau2_interval.upper, g["tau2_ci_profile"][1]),
        ]
    for quantity, a, b in pairs:
        if a is not None:
            yield Check(group, quantity, name, a, b)
    if ours.standard_error is not None:
        yield Check("GLMM, standard error", "se", name, ours.standard_error, g["se_mu"])
    if "rma_glmm" in r and g["status"] == "interior":
        shipped = r["rma_glmm"]
        for quantity, a in (("beta", ours.link_estimate), ("tau2", h.tau2)):
            if a is not None:
                unit = max(abs(shipped[quantity]), shipped["se"])
                yield Check("GLMM, rma.glmm as shipped", quantity, name, a, shipped[quantity], unit)
    table = np.column_stack([r["xi"], np.array(r["ni"]) - np.array(r["xi"])])
    other = pool_ordinal(table, labels=("yes", "no"))
    if other.tau is not None and other.estimate is not None:
        both = "proportional odds with two levels is the GLMM"
        yield Check(both, "median", name, other.estimate, g["median_prop"])
        yield Check(both, "tau2", name, other.tau**2, g["tau2"])


def beta_binomial(name: str, r: dict[str, Any], exact: dict[str, Any]) -> Iterator[Check]:
    """Compare the beta-binomial fit."""
    b = exact["beta_binomial"]
    ours = pool_beta_binomial(r["xi"], r["ni"])
    if "mu" not in b or ours.estimate is None or ours.heterogeneity is None:
        return
    group = "beta-binomial"
    yield Check(group, "mean", name, ours.estimate, b["mu"])
    if ours.heterogeneity.rho is not None:
        yield Check(group, "rho", name, ours.heterogeneity.rho, b["rho"])
    if ours.log_likelihood is not None:
        yield Check(group, "logLik", name, ours.log_likelihood, b["logLik"])
    if ours.standard_error is not None and "se_logit_mu" in b:
        error = ours.standard_error
        yield Check("beta-binomial, standard error", "se", name, error, b["se_logit_mu"])


def regression(name: str, r: dict[str, Any]) -> Iterator[Check]:
    """Compare meta-regression, subgroups, leave-one-out and small-study tests."""
    if "regression" not in r or name == "x_allzero":
        return
    x, n, group = r["xi"], r["ni"], r["group"]
    second = sorted(set(group))[1]
    dummy = [float(g == second) for g in group]
    for key, reference in r["regression"].items():
        covariate = dummy if key.startswith("subgroup") else r["mod"]
        if key.endswith("glmm_lrt"):
            fit = meta_regression(x, n, covariate)
            if fit.likelihood_ratio:
                a, b = fit.likelihood_ratio.statistic, reference["chisq"]
                yield Check("GLMM regression, likelihood ratio", key, name, a, b)
        elif key.endswith("separate"):
            yield from _groups(key, name, r, reference)
        elif "rma" in key:
            yield from _rma_regression(key, name, x, n, covariate, reference)
    yield from _bias(name, r)


def _bias(name: str, r: dict[str, Any]) -> Iterator[Check]:
    x, n = r["xi"], r["ni"]
    for key, predictor in (("ni", "n"), ("ninv", "1/n"), ("sqrtninv", "1/sqrt(n)")):
        if key in r["regtest"]:
            fit = small_study_test(x, n, predictor=predictor, model="inverse variance", test="wald")
            if fit.coefficients:
                slope = fit.coefficients[1]
                ratio = slope.estimate / slope.standard_error
                yield Check("small-study test", key, name, ratio, r["regtest"][key]["stat"])
    if "leave1out_REML" in r and name in {"pritz1997", "x_mixed8"}:
        ours = leave_one_out(x, n, method="inverse variance", tau2_method="REML", test="wald")
        for i, b in enumerate(r["leave1out_REML"]["estimate"]):
            link = ours.without[i].link_estimate
            if link is not None:
                yield Check("leave-one-out, REML", f"without {i + 1}", name, link, b)


def _groups(key: str, name: str, r: dict[str, Any], reference: Any) -> Iterator[Check]:
    groups = subgroups(r["xi"], r["ni"], r["group"], method="inverse variance", test="wald")
    if groups.separate_spread:
        a, b = groups.separate_spread.statistic, reference["Q"]
        yield Check("subgroups, separate REML", key, name, a, b)


def _rma_regression(
    key: str, name: str, x: list[int], n: list[int], covariate: list[float], reference: Any
) -> Iterator[Check]:
    ours = meta_regression(
        x,
        n,
        covariate,
        model="inverse variance",
        tau2_method="REML" if "REML" in key else "DL",
        test="hartung-knapp" if key.endswith("HK") else "wald",
    )
    group = "meta-regression, " + ("REML" if "REML" in key else "DL")
    for c, b, s in zip(ours.coefficients, reference["beta"], reference["se"], strict=False):
        yield Check(group, f"{key} {c.name}", name, c.estimate, b, max(abs(b), s))
        if s > 1e-6:  # Hartung-Knapp on studies that agree exactly has standard error 0
            yield Check(group, f"{key} se {c.name}", name, c.standard_error, s)
    if ours.tau2 is not None:
        yield Check(group, f"{key} tau2", name, ours.tau2, reference["tau2"])


def bayes(name: str, r: dict[str, Any], jags: dict[str, Any]) -> Iterator[Check]:
    """Compare the posterior with a long Markov chain."""
    ours = pool_bayes(r["xi"], r["ni"], prior=Prior(sd=1.5, scale=1.0))
    if ours.link_estimate is None or not (ours.median and ours.mean and ours.prediction):
        return
    group = "Bayes against JAGS, standard errors"
    yield Check(group, "mu", name, ours.link_estimate, jags["mu_mean"], jags["mcse_mu"])
    post = posterior.posterior(np.array(r["xi"]), np.array(r["ni"]), Prior(sd=1.5, scale=1.0))
    tau = posterior.moments_tau(post)[0]
    yield Check(group, "tau", name, tau, jags["tau_mean"], jags["mcse_tau"])
    low, middle, high = jags["pm_q"]
    group = "Bayes against JAGS, quantiles"
    if ours.median.interval:
        for quantity, a, b in (
            ("median, lower", ours.median.interval.lower, low),
            ("median", ours.median.estimate, middle),
            ("median, upper", ours.median.interval.upper, high),
            ("new, lower", ours.prediction.lower, jags["pn_q"][0]),
            ("new, upper", ours.prediction.upper, jags["pn_q"][2]),
            ("mean", ours.mean.estimate, jags["pn_mean"]),
        ):
            yield Check(group, quantity, name, a, b, max(b, 0.05))


def live() -> tuple[str, dict[str, Any]]:
    """Let R compute the metafor values anew.

    Returns:
        Which programs made them, and the values, in the shape of the file kept.

    Raises:
        RuntimeError: R or one of its packages is not there, or R failed; says which.
    """
    program = shutil.which("Rscript")
    if program is None:
        raise RuntimeError("there is no Rscript; install R with metafor, lme4 and jsonlite")
    script = Path(__file__).with_name("reference.R")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "metafor.json"
        call = [program, str(script), str(REFERENCE / "metafor.json"), str(out)]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"R failed: {done.stderr.strip()[-300:]}")
        made = json.loads(out.read_text(encoding="utf-8"))
    kept = load("metafor")
    return made["about"][0], {name: _shaped(made["sets"][name], kept[name]) for name in kept}


def _shaped(made: Any, kept: Any) -> Any:
    """Return values of R, which knows no single numbers, in the shape of those kept."""
    if isinstance(kept, dict):
        return {k: _shaped(made[k], v) for k, v in kept.items() if made and k in made}
    return made[0] if not isinstance(kept, list) and isinstance(made, list) else made


def drift(made: Any, kept: Any, name: str, path: str = "") -> Iterator[Check]:
    """Compare every number that is kept with the one R gives now."""
    if isinstance(kept, dict):
        for key, value in kept.items():
            if key in LOOSE or not isinstance(made, dict) or key not in made:
                continue
            yield from drift(made[key], value, name, f"{path} {key}".strip())
    elif isinstance(kept, list):
        for a, b in zip(made, kept, strict=True):
            yield from drift(a, b, name, path)
    elif isinstance(kept, int | float) and isinstance(made, int | float):
        yield Check(LIVE, path, name, float(made), float(kept))


def checks(metafor: dict[str, Any] | None = None) -> Iterator[Check]:
    """Yield every comparison, with the metafor values kept or those handed in."""
    exact, jags = load("exact"), load("jags")
    metafor = load("metafor") if metafor is None else metafor
    for name, r in metafor.items():
        yield from intervals(name, r)
        yield from inverse_variance(name, r)
        yield from back_transforms(name, r)
        yield from spread(name, r)
        yield from glmm(name, r, exact[name])
        yield from beta_binomial(name, r, exact[name])
        yield from regression(name, r)
        if name in jags:
            yield from bayes(name, r, jags[name])


def worst(found: Iterator[Check] | None = None) -> dict[str, tuple[Check, int]]:
    """Return each method's worst comparison and how many there are."""
    table: dict[str, tuple[Check, int]] = {}
    for check in checks() if found is None else found:
        held, count = table.get(check.method, (check, 0))
        table[check.method] = (check if check.error >= held.error else held, count + 1)
    return table


def main() -> int:
    """Print the table."""
    failed = 0
    out = sys.stdout.write
    table = None
    if "--live" in sys.argv[1:]:
        try:
            about, made = live()
        except RuntimeError as error:
            out(f"{error}\n")
            return 2
        out(f"metafor values of this run: {about}\n\n")
        kept = load("metafor")
        again = (c for name in kept for c in drift(made[name], kept[name], name))
        table = worst(checks(made)) | worst(again)
    out("| method | comparisons | worst error | at | tolerance | reason |\n")
    out("|---|---|---|---|---|---|\n")
    for method, (check, count) in (table or worst()).items():
        tolerance, reason = LIVE_TOLERANCE if method == LIVE else TOLERANCES[method]
        bad = check.error > tolerance
        failed += bad
        mark = " **exceeded**" if bad else ""
        out(
            f"| {method} | {count} | {check.error:.1e}{mark} | {check.data}, {check.quantity} "
            f"| {tolerance:.0e} | {reason} |\n"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
