"""Ctrl-C ends every command with one line and 130."""

from __future__ import annotations

import _thread
import threading
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import run

from paucity import review
from paucity.cli import group

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_an_interruption_is_one_line(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path, **__: object) -> None:
        raise error

    monkeypatch.setattr(review, "load_review", interrupted)
    result = run("check", "hlh-salvage")
    assert (result.exit_code, result.output) == (130, "Interrupted.\n")


def test_another_error_of_that_kind_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path, **__: object) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(review, "load_review", broken)
    with pytest.raises(RuntimeError, match="a fault of the program"):
        run("check", "hlh-salvage")


def test_duckdb_says_what_is_expected_of_an_interrupted_query() -> None:
    duckdb = pytest.importorskip("duckdb")
    query = "SELECT sum(range) FROM range(1000000000000)"
    with duckdb.connect() as connection:
        threading.Timer(0.2, _thread.interrupt_main).start()
        with pytest.raises((RuntimeError, KeyboardInterrupt)) as told:
            connection.execute(query).fetchall()
    assert told.type is KeyboardInterrupt or str(told.value) == group._BY_DUCKDB
