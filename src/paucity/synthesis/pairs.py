"""The binomial-normal likelihood with a mean of its own for each study, for regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paucity.synthesis.likelihood import (
    LOCAL_RANGE,
    LOCAL_STEP,
    Table,
    Terms,
    direct_terms,
    local_terms,
    moment_terms,
    relative,
    scaled_nodes,
)

if TYPE_CHECKING:
    from paucity.synthesis.types import Counts, Floats


def evaluate_pairs(
    table: Table, x: Counts, n: Counts, mu: Floats, tau: float, order: int = 2
) -> Terms:
    """Evaluate each study at its own mean log odds, as a regression needs.

    Args:
        table: From `build`, of the same studies.
        x: Events, shape (k,).
        n: Patients, shape (k,).
        mu: Mean log odds of each study, shape (k,).
        tau: Standard deviation between studies, at least 0.
        order: Highest derivative wanted.

    Returns:
        Terms of shape (k,).
    """
    out = np.zeros((6, x.size))
    place = np.full(table.x.size, -1)
    place[table.shared] = np.arange(table.shared.size)
    row = place[table.index]
    shared, local = np.flatnonzero(row >= 0), np.flatnonzero(row < 0)
    events, patients = x.astype(np.float64), n.astype(np.float64)
    if shared.size and tau >= table.smallest:
        out[:, shared] = _pairs_by_table(table, row[shared], mu[shared], tau, order)
    elif shared.size:
        z, weight = scaled_nodes(table)
        theta = mu[shared, None] + tau * z
        a, b = events[shared, None], patients[shared, None]
        mass = np.exp(relative(a, b, theta)) * weight
        out[:, shared] = direct_terms(mass, theta, z, a, b, order)
    if local.size:
        step = LOCAL_STEP / table.refine
        t = np.arange(-round(LOCAL_RANGE / step), round(LOCAL_RANGE / step) + 1) * step
        deviation = np.full(local.size, tau)
        out[:, local] = local_terms(mu[local], deviation, events[local], patients[local], t, order)
    out[0] += table.peak[table.index]
    return Terms(*out)


def _pairs_by_table(table: Table, rows: Counts, mu: Floats, tau: float, order: int) -> Floats:
    centre, reach = mu[:, None], 14.0 * tau
    first = int(np.searchsorted(table.theta, float(centre.min()) - reach))
    last = int(np.searchsorted(table.theta, float(centre.max()) + reach))
    z = (table.theta[first:last] - centre) / tau
    mass = np.exp(-0.5 * z * z)
    mass *= table.jac[first:last] / tau
    mass *= table.values[rows, first:last]
    sums = np.empty((2 * order + 1, mu.size))
    sums[0] = mass.sum(axis=1)
    for j in range(1, 2 * order + 1):
        mass *= z
        sums[j] = mass.sum(axis=1)
    return moment_terms(sums, np.full(mu.size, tau), order)
