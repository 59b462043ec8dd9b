"""Measure checking, building, starting and memory, each against a floor in the same run.

Run with `make bench`. Figures are ratios: they travel between machines, seconds do not.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))
from typing import TYPE_CHECKING

import generate

if TYPE_CHECKING:
    from collections.abc import Callable

STUDIES = 1000


def best(run: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of several runs, in seconds.

    Garbage is not collected meanwhile, on either side of a ratio, as timeit does.
    """
    out = []
    for _ in range(times):
        gc.collect()
        gc.disable()
        start = time.perf_counter()
        run()
        out.append(time.perf_counter() - start)
        gc.enable()
    return min(out)


def load_with_libyaml(folder: Path) -> None:
    """Read and parse every study with libyaml alone: the floor."""
    for path in sorted((folder / "studies").iterdir()):
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def events_with_libyaml(folder: Path) -> None:
    """Read every study and count libyaml's events: a lower floor, which builds nothing."""
    for path in sorted((folder / "studies").iterdir()):
        for _ in yaml.parse(path.read_bytes(), Loader=yaml.CSafeLoader):
            pass


def command(*arguments: str) -> float:
    """Return the time of a command of a fresh process."""
    call = [sys.executable, "-m", "paucity", *arguments]
    return best(lambda: subprocess.run(call, check=False, capture_output=True), 5)


def processor_time(
    call: list[str], compiled: str, times: int = 5, anew: Path | None = None
) -> float:
    """Return the least processor time of a fresh process, in seconds, user and system together.

    Other programs on the machine count for little in it, and waiting for nothing.

    Args:
        call: the command.
        compiled: a folder for compiled modules, as an installation has them beside its modules.
        times: how often it is run; once more before, which is not counted.
        anew: a folder that is removed before each run.
    """
    held = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    out = []
    for _ in range(times + 1):
        if anew is not None:
            shutil.rmtree(anew, ignore_errors=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            call, check=False, capture_output=True, env=held | {"PYTHONPYCACHEPREFIX": compiled}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        out.append(used)
    return min(out[1:])


LIBRARIES = ("click", "jinja2", "lark", "numpy", "scipy.special", "yaml")
REPORT = ("matplotlib", "numpy", "scipy")


def fresh_builds() -> None:
    """Print the processor time of whole builds of the bundled review, each in a fresh process.

    The peer is a process that only loads the libraries: they must be loaded, by whoever uses them.
    The build that draws every figure loads matplotlib as well.
    """
    if any(importlib.util.find_spec(name) is None for name in REPORT):
        print("build in a fresh process: the report's libraries are not installed")
        return
    with tempfile.TemporaryDirectory() as compiled, tempfile.TemporaryDirectory() as out:
        build = [sys.executable, "-m", "paucity", "build", "hlh-salvage", "--out", f"{out}/hlh"]
        peer = processor_time([sys.executable, "-c", f"import {', '.join(LIBRARIES)}"], compiled)
        bare = processor_time([sys.executable, "-c", ""], compiled)
        again = processor_time(build, compiled)
        drawn = processor_time(build, compiled, 3, Path(out) / "hlh")
    print(f"paucity build hlh-salvage: {again:.2f} s of processor time in a fresh process")
    print(f"  against loading its libraries ({peer:.2f} s): {again / peer:.1f}")
    print(f"  against a bare interpreter ({bare:.3f} s): {again / bare:.0f}")
    print(f"  every figure drawn: {drawn:.2f} s; against loading its libraries: {drawn / peer:.1f}")


def main() -> None:
    """Print every ratio."""
    from paucity.review import bundled_review, load_review

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate.write(folder, STUDIES)
        floor = best(lambda: load_with_libyaml(folder))
        events = best(lambda: events_with_libyaml(folder))
        load_review(folder)
        check = best(lambda: load_review(folder))
        review = load_review(folder)
        print(f"check of {STUDIES} studies: {check:.2f} s, {len(review.findings)} findings")
        print(f"  against libyaml's load of the same files ({floor:.2f} s): {check / floor:.2f}")
        print(f"  against libyaml's bare events ({events:.2f} s): {check / events:.2f}")
        tracemalloc.start()
        kept = load_review(folder)
        size, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        text = sum(len(t) for t in kept.texts.values())
        print(f"memory of {STUDIES} studies: {size / 1e6:.0f} MB kept, {peak / 1e6:.0f} MB at peak")
        print(f"  against the text itself ({text / 1e6:.1f} MB): {size / text:.1f}")
        build(folder, floor)
    bare = best(lambda: subprocess.run([sys.executable, "-c", ""], check=True), 5)
    start = command("--help")
    print(f"paucity --help: {start:.3f} s; against a bare interpreter: {start / bare:.1f}")
    bundled = bundled_review("hlh-salvage")
    print(f"bundled review, loaded and checked: {best(lambda: load_review(bundled)):.2f} s")
    fresh_builds()


def build(folder: Path, floor: float) -> None:
    """Print the time of a whole build, where the report's libraries are installed."""
    try:
        from paucity.report.site import write_report
    except ImportError:
        print("build: the report's libraries are not installed")
        return
    from paucity.review import bundled_review, load_review

    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "hlh"
        bundled = load_review(bundled_review("hlh-salvage"))
        write_report(bundled, place)
        seconds = best(lambda: write_report(bundled, place), 2)
        print(f"bundled review, report written: {seconds:.2f} s")
        review = load_review(folder)
        seconds = best(lambda: write_report(review, Path(name) / "many"), 1)
        print(
            f"build of {STUDIES} studies: {seconds:.1f} s; against libyaml: {seconds / floor:.1f}"
        )


if __name__ == "__main__":
    main()
