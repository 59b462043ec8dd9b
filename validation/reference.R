# Make the metafor reference values the tests compare with.
#
#   Rscript validation/reference.R tests/synthesis/reference/metafor.json out.json
#
# reads the data sets (xi, ni, group, mod) from the first file and writes the same structure, with
# every value recomputed, to the second. Needs metafor (3.8-1 or later), lme4 and jsonlite.
# `compare.py --live` runs it and compares with what it makes.
# rma() with its default control stops early (worst relative error of tau2 seen: 2e-3), so every
# iterative method is run to a tolerance of 1e-13.

suppressMessages({
  library(metafor)
  library(lme4)
  library(jsonlite)
})

arguments <- commandArgs(TRUE)
input <- fromJSON(arguments[1])

tight <- function(method) {
  if (method %in% c("REML", "ML")) list(threshold = 1e-13, maxiter = 1e5)
  else if (method == "PM") list(tol = 1e-13)
  else list()
}

# Before version 4 metafor has no such prediction interval: its formula is written out.
riley_interval <- function(fit) {
  if (packageVersion("metafor") >= "4.0") return(predict(fit, predtype = "Riley"))
  half <- qt(0.975, max(fit$k - 2, 1)) * sqrt(fit$tau2 + fit$se^2)
  list(pi.lb = c(fit$beta) - half, pi.ub = c(fit$beta) + half)
}

single_intervals <- function(x, n) {
  z <- qnorm(0.975)
  both <- function(f) {
    limits <- mapply(f, x, n)
    list(lb = limits[1, ], ub = limits[2, ])
  }
  half <- function(p, a, b) pbinom(a, b, p, lower.tail = FALSE) + dbinom(a, b, p) / 2
  list(
    clopper_pearson = both(function(a, b) binom.test(a, b)$conf.int),
    wilson = both(function(a, b) suppressWarnings(prop.test(a, b, correct = FALSE))$conf.int),
    agresti_coull = both(function(a, b) {
      m <- b + z^2
      p <- (a + z^2 / 2) / m
      p + c(-1, 1) * z * sqrt(p * (1 - p) / m)
    }),
    jeffreys_bcd = both(function(a, b) {
      q <- qbeta(c(0.025, 0.975), a + 0.5, b - a + 0.5)
      c(if (a == 0) 0 else q[1], if (a == b) 1 else q[2])
    }),
    midp = both(function(a, b) {
      root <- function(target) uniroot(
        function(p) half(p, a, b) - target, c(0, 1), tol = 1e-14
      )$root
      c(if (a == 0) 0 else root(0.025), if (a == b) 1 else root(0.975))
    })
  )
}

one_fit <- function(x, n, measure, method, test) {
  fit <- rma(measure = measure, xi = x, ni = n, method = method, test = test,
             control = tight(method))
  out <- list(beta = c(fit$beta), se = fit$se, ci_lb = fit$ci.lb, ci_ub = fit$ci.ub,
              tau2 = fit$tau2, I2 = fit$I2, QE = fit$QE, logLik = c(logLik(fit)))
  if (method != "EE") {
    usual <- predict(fit)
    riley <- riley_interval(fit)
    out <- c(out, pi_lb = usual$pi.lb, pi_ub = usual$pi.ub,
             pi_riley_lb = riley$pi.lb, pi_riley_ub = riley$pi.ub)
  }
  if (measure == "PFT" && test == "z" && method %in% c("EE", "DL")) {
    hm <- predict(fit, transf = transf.ipft.hm, targs = list(ni = n))
    size <- 1 / (4 * fit$se^2)
    out$hm <- c(hm$pred, hm$ci.lb, hm$ci.ub)
    out$iv <- sapply(c(c(fit$beta), fit$ci.lb, fit$ci.ub), transf.ipft, ni = size)
  }
  out
}

all_fits <- function(x, n) {
  out <- list()
  for (measure in c("PLO", "PFT", "PAS"))
    for (method in c("EE", "DL", "PM", "REML", "ML"))
      for (test in c("z", "knha", "adhoc")) {
        fit <- try(one_fit(x, n, measure, method, test), silent = TRUE)
        if (!inherits(fit, "try-error")) out[[paste(measure, method, test, sep = "_")]] <- fit
      }
  out
}

regressions <- function(x, n, group, mod) {
  out <- list()
  kinds <- list(subgroup = factor(group), metareg = mod)
  for (kind in names(kinds)) {
    z <- kinds[[kind]]
    for (method in c("DL", "REML"))
      for (test in c("z", "knha")) {
        fit <- try(rma(measure = "PLO", xi = x, ni = n, mods = ~z, method = method, test = test,
                       control = tight(method)), silent = TRUE)
        name <- paste0(kind, "_rma_", method, if (test == "knha") "_HK")
        if (!inherits(fit, "try-error"))
          out[[name]] <- list(beta = c(fit$beta), se = fit$se, tau2 = fit$tau2,
                              QM = fit$QM, QMp = fit$QMp)
      }
  }
  for (kind in names(kinds)) {
    z <- kinds[[kind]]
    fit <- try(suppressWarnings(rma.glmm(measure = "PLO", xi = x, ni = n, mods = ~z)),
               silent = TRUE)
    name <- if (kind == "subgroup") "subgroup_glmm_wald" else "metareg_glmm"
    if (!inherits(fit, "try-error"))
      out[[name]] <- list(beta = c(fit$beta), se = fit$se, tau2 = fit$tau2)
  }
  study <- seq_along(x)
  with_group <- factor(group)
  ratio <- try(suppressWarnings(anova(
    glmer(cbind(x, n - x) ~ 1 + (1 | study), family = binomial, nAGQ = 25),
    glmer(cbind(x, n - x) ~ with_group + (1 | study), family = binomial, nAGQ = 25)
  )), silent = TRUE)
  if (!inherits(ratio, "try-error")) out$subgroup_glmm_lrt <- list(chisq = ratio$Chisq[2])
  parts <- try(lapply(split(study, group), function(s)
    rma(measure = "PLO", xi = x[s], ni = n[s], method = "REML", control = tight("REML"))),
    silent = TRUE)
  if (!inherits(parts, "try-error")) {
    est <- sapply(parts, function(o) c(o$beta))
    se <- sapply(parts, function(o) o$se)
    out$subgroup_separate <- list(Q = rma(est, sei = se, method = "FE")$QE, est = est, se = se)
  }
  out
}

one_set <- function(d) {
  x <- d$xi
  n <- d$ni
  out <- list(source = d$source, xi = x, ni = n, group = d$group, mod = d$mod,
              individual = single_intervals(x, n))
  out$escalc <- sapply(c("PLO", "PFT", "PAS"), function(m) {
    e <- escalc(measure = m, xi = x, ni = n)
    list(yi = c(e$yi), vi = e$vi)
  }, simplify = FALSE)
  if (length(x) < 2) return(out)
  out$rma <- all_fits(x, n)
  wide <- confint(rma(measure = "PLO", xi = x, ni = n, method = "DL"),
                  control = list(tol = 1e-13, maxiter = 1e5, tau2.max = 1e5))$random
  out$q_profile <- list(tau2 = wide["tau^2", 2:3], I2 = wide["I^2(%)", 2:3])
  out$regression <- regressions(x, n, d$group, d$mod)
  reml <- rma(measure = "PLO", xi = x, ni = n, method = "REML", control = tight("REML"))
  out$regtest <- list()
  for (predictor in c("ni", "ninv", "sqrtninv")) {
    test <- try(regtest(reml, predictor = predictor), silent = TRUE)
    if (!inherits(test, "try-error"))
      out$regtest[[predictor]] <- list(stat = test$zval, pval = test$pval)
  }
  left <- try(leave1out(reml), silent = TRUE)
  if (!inherits(left, "try-error"))
    out$leave1out_REML <- list(estimate = left$estimate, tau2 = left$tau2)
  glmm <- try(suppressWarnings(rma.glmm(measure = "PLO", xi = x, ni = n)), silent = TRUE)
  if (!inherits(glmm, "try-error"))
    out$rma_glmm <- list(beta = c(glmm$beta), se = glmm$se, tau2 = glmm$tau2,
                         logLik = c(logLik(glmm)))
  out
}

about <- sprintf("metafor %s and lme4 %s on %s, by validation/reference.R",
                 packageVersion("metafor"), packageVersion("lme4"), R.version.string)
write_json(list(about = about, sets = lapply(input$sets, one_set)), arguments[2],
           digits = NA, auto_unbox = FALSE, null = "null", na = "null")
