"""Pages on statistics show the numbers that were simulated, and the words that the library has."""

import importlib.util
import sys
from pathlib import Path

from paucity.synthesis import MEANING

ROOT = Path(__file__).parents[2]


def figure():
    spec = importlib.util.spec_from_file_location(
        "coverage_figure", ROOT / "validation" / "coverage_figure.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_on_the_page_is_that_of_the_simulation():
    drawn = figure()
    page = (ROOT / "docs" / "explanation" / "coverage.md").read_text(encoding="utf-8")
    assert drawn.table(drawn.read()) in page


def test_what_the_page_says_of_the_methods_is_so():
    held = figure().read()

    def off(method):
        return sum(abs(row[method] - 0.95) for row in held.values())

    methods = list(next(iter(held.values())))
    assert min(methods, key=off) == "GLMM profile"
    assert min(row["Bayes"] for row in held.values()) > 0.9
    assert held["95%, tau 1"]["logit DL Wald"] == 0.19


def test_every_status_is_explained_in_the_library_s_own_words():
    text = (ROOT / "docs" / "explanation" / "statuses.md").read_text(encoding="utf-8")
    page = " ".join(text.split())
    for status, meaning in MEANING.items():
        assert f"## {status.value} {meaning}" in page
