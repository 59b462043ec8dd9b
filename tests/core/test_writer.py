"""Files of a review are changed as a whole, and only if they are still what was read."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from paucity.writer import UNFINISHED, ChangedError, change_file, read_for_change, write_whole


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "a" / "b.json"
    write_whole(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in path.parent.iterdir()] == ["b.json"]


def test_what_a_killed_process_left_is_replaced(tmp_path):
    (tmp_path / f".b.json{UNFINISHED}").write_bytes(b"half, and longer than the whole")
    write_whole(tmp_path / "b.json", b"whole")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("b.json", b"whole")]


def test_a_new_file_is_written_with_its_folder(tmp_path):
    path = tmp_path / "a" / "b.csv"
    assert read_for_change(path) is None
    change_file(path, b"x", None)
    assert path.read_bytes() == b"x"
    assert [p.name for p in path.parent.iterdir()] == ["b.csv"]


@pytest.mark.parametrize("before", [None, b"other"])
def test_a_file_that_changed_in_the_meantime_stays(tmp_path, before):
    path = tmp_path / "b.csv"
    path.write_bytes(b"new")
    with pytest.raises(ChangedError, match="was changed in the meantime"):
        change_file(path, b"x", before)
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["b.csv"]


def test_a_file_that_is_gone_is_not_made_again(tmp_path):
    with pytest.raises(ChangedError):
        change_file(tmp_path / "b.csv", b"x", b"before")


def test_of_many_writers_who_read_the_same_one_wins(tmp_path):
    path = tmp_path / "b.csv"
    path.write_bytes(b"0")

    def write(number):
        try:
            change_file(path, str(number).encode(), b"0")
        except (ChangedError, FileNotFoundError):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(1, 40)))
    assert won.count(True) == 1
    assert path.read_bytes() == str(won.index(True) + 1).encode()
