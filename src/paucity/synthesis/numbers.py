"""Validate what callers hand in; every refusal says what was found, expected, and what to do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from paucity.synthesis.types import Counts, Floats, Inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

UNITS = ("patients", "courses", "cases")
"""What may be counted; sentences take the word."""

MOST_PATIENTS = 2**53  # beyond this a float cannot count one by one


def integers(values: ArrayLike, name: str) -> Counts:
    """Return a one-dimensional array of whole numbers of zero or more.

    Args:
        values: Counts, shape (k,); floats are accepted if they are whole.
        name: What the values are, for messages.

    Returns:
        int64 array of shape (k,).

    Raises:
        ValueError: If empty, not one-dimensional, or any value is not a count.

    Example:
        >>> integers([2, 3.0], "events")
        array([2, 3])
        >>> integers([2.5], "events")
        Traceback (most recent call last):
        ...
        ValueError: events: study 1 has 2.5; expected a whole number of patients. ...
    """
    array = _array(values, name)
    if array.ndim != 1:
        raise ValueError(
            f"{name}: found an array of {array.ndim} dimensions; expected one list with one "
            f"number per study. Wrap a single study as [{name}]."
        )
    if array.size == 0:
        raise ValueError(
            f"{name}: found no studies; expected at least one. Give one count per study."
        )
    if array.dtype.kind == "b":
        raise ValueError(
            f"{name}: found true/false values; expected counts. Count the patients first, or "
            "give 1 and 0 as numbers."
        )
    _refuse(~np.isfinite(array), array, name, "a finite count", "Leave the study out if unknown.")
    _refuse(array < 0, array, name, "zero or more", "Check the sign.")
    _refuse(
        array != np.floor(array),
        array,
        name,
        "a whole number of patients",
        "Turn percentages into counts before pooling.",
    )
    _refuse(array > MOST_PATIENTS, array, name, "at most 2**53", "Check for a misplaced digit.")
    return array.astype(np.int64)


def _array(values: ArrayLike, name: str) -> np.ndarray[Any, Any]:
    problem = (
        f"{name}: found values that are not numbers; expected one count per study. "
        "Remove text and missing values first."
    )
    if isinstance(values, str | bytes):
        raise ValueError(problem)  # noqa: TRY004 - one error type for all bad input
    try:
        array = np.asarray(values)
    except ValueError as error:  # ragged
        raise ValueError(problem) from error
    if array.dtype.kind in "bif" or array.size == 0:
        return array
    if array.dtype.kind == "u":
        return array.astype(np.float64)
    if array.dtype.kind == "O" and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in array.ravel().tolist()
    ):
        return np.array(
            [
                min(max(float(min(v, 1e300)), -1e300), 1e300) if v == v else math.nan  # noqa: PLR0124
                for v in array.ravel().tolist()
            ]
        ).reshape(array.shape)
    raise ValueError(problem)


def _refuse(
    bad: np.ndarray[Any, Any], array: np.ndarray[Any, Any], name: str, expected: str, advice: str
) -> None:
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise ValueError(f"{name}: study {i + 1} has {array[i]:g}; expected {expected}. {advice}")


def studies(events: ArrayLike, n: ArrayLike) -> tuple[Counts, Counts]:
    """Return events and patients per study, or say what is wrong with them.

    Args:
        events: Patients with the event, shape (k,).
        n: Patients assessed, shape (k,), each at least 1.

    Returns:
        Two int64 arrays of shape (k,).

    Raises:
        ValueError: If the lengths differ, a study has no patients or more events than patients,
            or either is not a list of counts.

    Example:
        >>> studies([3], [2])
        Traceback (most recent call last):
        ...
        ValueError: study 1 has 3 events in 2 patients; expected no more events than patients. ...
    """
    x, m = integers(events, "events"), integers(n, "n")
    if x.size != m.size:
        raise ValueError(
            f"found {x.size} event counts and {m.size} patient counts; expected one of each per "
            "study. Check that both lists are of the same studies."
        )
    if (m == 0).any():
        i = int(np.flatnonzero(m == 0)[0])
        raise ValueError(
            f"study {i + 1} has 0 patients; expected at least 1. "
            "Leave out studies in which nobody was assessed."
        )
    if (x > m).any():
        i = int(np.flatnonzero(x > m)[0])
        raise ValueError(
            f"study {i + 1} has {x[i]} events in {m[i]} patients; expected no more events than "
            "patients. Are the two swapped, or are events counted per course?"
        )
    return x, m


def inputs(events: Counts, n: Counts, unit: str = "patients") -> Inputs:
    """Return validated counts as the tuple form a result carries.

    Raises:
        ValueError: If the unit is none of `UNITS`.
    """
    return Inputs(tuple(events.tolist()), tuple(n.tolist()), one_of(unit, UNITS, "unit"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def probability(value: float, name: str) -> float:
    """Return a number strictly between 0 and 1.

    Raises:
        ValueError: If it is not.

    Example:
        >>> probability(95, "level")
        Traceback (most recent call last):
        ...
        ValueError: level: found 95; expected a number strictly between 0 and 1, such as 0.95. ...
    """
    if not (_is_number(value) and 0 < value < 1):
        raise ValueError(
            f"{name}: found {value!r}; expected a number strictly between 0 and 1, such as 0.95. "
            "Divide a percentage by 100."
        )
    return float(value)


def positive(value: float, name: str) -> float:
    """Return a finite number above zero.

    Raises:
        ValueError: If it is not.

    Example:
        >>> positive(1.5, "scale")
        1.5
    """
    if not (_is_number(value) and 0 < value < math.inf):
        raise ValueError(f"{name}: found {value!r}; expected a finite number above 0. Change it.")
    return float(value)


def one_of(value: str, allowed: Sequence[str], name: str) -> str:
    """Return a choice if it is one of those allowed.

    Raises:
        ValueError: If it is not, listing what is.

    Example:
        >>> one_of("DL", ("DL", "PM"), "tau2_method")
        'DL'
    """
    if value not in allowed:
        raise ValueError(f"{name}: found {value!r}; expected one of {', '.join(allowed)}.")
    return value


def design(covariates: ArrayLike, k: int) -> Floats:
    """Return covariates as a finite matrix with one row per study.

    Args:
        covariates: Shape (k,) or (k, p), without the intercept.
        k: Number of studies.

    Returns:
        float64 array of shape (k, p).

    Raises:
        ValueError: If the shape is wrong or a value is missing.

    Example:
        >>> design([1, 2, 3], 3).shape
        (3, 1)
    """
    try:
        array = np.asarray(covariates, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "covariates: found values that are not numbers; expected one number per study and "
            "covariate. Use subgroups for categories."
        ) from error
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != k or array.shape[1] == 0:
        raise ValueError(
            f"covariates: found shape {array.shape}; expected one row for each of {k} studies. "
            "Check that they are of the same studies."
        )
    if not np.isfinite(array).all():
        i = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise ValueError(
            f"covariates: study {i + 1} has a missing or infinite value; expected a number. "
            "Leave the study out or fill the value in."
        )
    return array
