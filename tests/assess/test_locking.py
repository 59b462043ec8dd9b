"""Two runs on one file: the second is told, a lock that was left over is none."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from paucity.response.locking import InUseError, locked

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from paucity.response.locking import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_run_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    with (
        locked(out),
        pytest.raises(InUseError, match=r"another run is writing .*r\.csv"),
        locked(out),
    ):
        pass
    with locked(out), locked(tmp_path / "other.csv"):
        assert sorted(p.name for p in tmp_path.iterdir()) == ["other.csv.lock", "r.csv.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InUseError), locked(out):
            pass
        other.kill()
    assert (tmp_path / "r.csv.lock").exists()
    with locked(out):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "r.csv.lock"
    mine.write_text("my notes")
    with pytest.raises(InUseError, match="move it away"), locked(tmp_path / "r.csv"):
        pass
    assert mine.read_text() == "my notes"


def test_a_lock_is_let_go_of_where_the_run_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with locked(tmp_path / "r.csv"):
            raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            fail()
    assert list(tmp_path.iterdir()) == []
