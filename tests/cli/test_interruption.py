"""Ctrl-C ends every command with one line and 130."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import run

from paucity import review

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


QUERY = """
import duckdb
from paucity.cli import group
print("ready", flush=True)
try:
    duckdb.sql("SELECT sum(range) FROM range(1000000000000)").fetchall()
except KeyboardInterrupt:
    print("as Python does")
except RuntimeError as error:
    print("as expected" if str(error) == group._BY_DUCKDB else error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process")
def test_duckdb_says_what_is_expected_of_an_interrupted_query() -> None:
    pytest.importorskip("duckdb")
    command = [sys.executable, "-c", QUERY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.5)
            child.send_signal(signal.SIGINT)
            told, _ = child.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            pytest.skip("DuckDB's main thread was at work and did not look for the signal")
        finally:
            child.kill()
    assert told in {"as Python does\n", "as expected\n"}
