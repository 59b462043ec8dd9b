"""Every result is within its method's tolerance of metafor, dense quadrature or JAGS."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "validation" / "compare.py"


def _load():
    spec = importlib.util.spec_from_file_location("validation_compare", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["validation_compare"] = module
    spec.loader.exec_module(module)
    return module


compare = _load()


@pytest.fixture(scope="module")
def worst():
    return compare.worst()


@pytest.mark.parametrize("method", compare.TOLERANCES)
def test_worst_error_is_within_the_stated_tolerance(worst, method):
    check, count = worst[method]
    assert count >= 6
    assert check.error <= compare.TOLERANCES[method][0], check


def test_every_comparison_belongs_to_a_stated_tolerance(worst):
    assert set(worst) == set(compare.TOLERANCES)
