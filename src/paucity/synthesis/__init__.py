"""Pool proportions from small uncontrolled studies: exactly, and with a reason where one may not.

    from paucity.synthesis import pool
    print(pool([2, 3, 0, 12], [2, 3, 22, 34]).sentence)

Plain lists or arrays go in, frozen results come out. `Status` and `MEANING` say what a reader may
conclude from each kind of result. Nothing here needs a review; numpy and scipy are required.
"""

from paucity.synthesis.batched import Bootstrap, bootstrap
from paucity.synthesis.bayes import (
    BayesPooled,
    Exceedance,
    UnderPrior,
    pool_bayes,
    posterior_median,
    prior_sensitivity,
    under_priors,
)
from paucity.synthesis.belief import Belief, belief
from paucity.synthesis.betabinomial import pool_beta_binomial
from paucity.synthesis.contrasts import CommonSpread, Contrast
from paucity.synthesis.glmm import GlmmFit, fit_glmm, pool_glmm
from paucity.synthesis.intervals import proportion_intervals
from paucity.synthesis.inverse_variance import Combined, combine, pool_inverse_variance
from paucity.synthesis.ordinal import OrdinalPooled, Threshold, pool_ordinal
from paucity.synthesis.pooling import choose, pool
from paucity.synthesis.priors import Prior
from paucity.synthesis.refusals import refused
from paucity.synthesis.regression import Coefficient, Regression, Test, meta_regression
from paucity.synthesis.robustness import (
    LeaveOneOut,
    MissingOutcomes,
    TippingPoint,
    leave_one_out,
    missing_outcomes,
    small_study_test,
    tipping_point,
)
from paucity.synthesis.subgroups import Subgroups, subgroups
from paucity.synthesis.types import (
    MEANING,
    Heterogeneity,
    Inputs,
    Interval,
    Pooled,
    Quantity,
    Result,
    Status,
)

__all__ = [
    "MEANING",
    "BayesPooled",
    "Belief",
    "Bootstrap",
    "Coefficient",
    "Combined",
    "CommonSpread",
    "Contrast",
    "Exceedance",
    "GlmmFit",
    "Heterogeneity",
    "Inputs",
    "Interval",
    "LeaveOneOut",
    "MissingOutcomes",
    "OrdinalPooled",
    "Pooled",
    "Prior",
    "Quantity",
    "Regression",
    "Result",
    "Status",
    "Subgroups",
    "Test",
    "Threshold",
    "TippingPoint",
    "UnderPrior",
    "belief",
    "bootstrap",
    "choose",
    "combine",
    "fit_glmm",
    "leave_one_out",
    "meta_regression",
    "missing_outcomes",
    "pool",
    "pool_bayes",
    "pool_beta_binomial",
    "pool_glmm",
    "pool_inverse_variance",
    "pool_ordinal",
    "posterior_median",
    "prior_sensitivity",
    "proportion_intervals",
    "refused",
    "small_study_test",
    "subgroups",
    "tipping_point",
    "under_priors",
]
