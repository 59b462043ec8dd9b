"""Reports built once for the tests that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from paucity.report.site import write_report
from paucity.review import Review, bundled_review, load_review
from report import hostile
from support.reviews import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def bundled() -> Review:
    return load_review(bundled_review("hlh-salvage"))


@pytest.fixture(scope="session")
def bundled_report(bundled: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundled")
    write_report(bundled, out)
    return out


@pytest.fixture(scope="session")
def hostile_review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return load(tmp_path_factory.mktemp("hostile-review"), hostile.FILES)


@pytest.fixture(scope="session")
def hostile_report(hostile_review: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    write_report(hostile_review, out)
    return out
