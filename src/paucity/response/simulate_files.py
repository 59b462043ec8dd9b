"""Write synthetic participants: their measurements, their truth, and what they are."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from paucity.response.evaluate import evaluate
from paucity.response.load import load_definition
from paucity.response.measured import exactly
from paucity.response.planning import make_plan
from paucity.response.series import Measurement, Participant
from paucity.response.settings import DEFAULTS, MICROSECONDS
from paucity.response.simulate import (
    COLUMNS,
    SYNTHETIC,
    Block,
    Simulation,
    decimal_text,
    simulate,
    true_value,
)
from paucity.spreadsheet import harmless
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from paucity.response.plan import Plan
    from paucity.response.scenario import Scenario
    from paucity.text import Finding

Form = Literal["csv", "parquet"]

TRUTH: Final = "truth.csv"
ABOUT: Final = "about.md"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        files: names of the files.
        participants: how many.
        rows: of measurements and events.
        findings: definitions whose true level is not told, and why.
    """

    files: tuple[str, ...]
    participants: int
    rows: int
    findings: tuple[Finding, ...] = ()


def write_simulation(
    scenario: Scenario,
    asked: Simulation,
    place: Path,
    *,
    form: Form = "csv",
    vocabulary: Vocabulary | None = None,
) -> Written:
    """Write synthetic participants into a folder, a block at a time.

    Args:
        scenario: without faults, as read.
        asked: how many, from which seed, and how much is noisy and missing.
        place: the folder; made if it is not there.
        form: of the measurements.
        vocabulary: knows the markers; the bundled one, if left out.

    Returns:
        What was written: ``measurements`` in the form asked for, ``truth.csv``, and ``about.md``.
    """
    words = vocabulary or bundled()
    truths = Truths(scenario, words)
    place.mkdir(parents=True, exist_ok=True)
    name = f"measurements.{form}"
    written = 0
    opened = _csv if form == "csv" else _parquet
    with opened(place / name, COLUMNS) as rows, _csv(place / TRUTH, truths.header) as truth:
        for block in simulate(scenario, asked, words):
            rows(block.rows)
            truth(list(truths.rows(block)))
            written += len(block.rows)
    (place / ABOUT).write_text(_about(scenario, asked, name), encoding="utf-8")
    return Written((name, TRUTH, ABOUT), asked.participants, written, truths.findings)


@contextmanager
def _csv(path: Path, header: Sequence[str]) -> Iterator[Any]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(harmless, header))
        yield lambda rows: writer.writerows(map(harmless, row) for row in rows)


@contextmanager
def _parquet(path: Path, header: Sequence[str]) -> Iterator[Any]:
    pyarrow = import_module("pyarrow")
    parquet = import_module("pyarrow.parquet")
    schema = pyarrow.schema([(name, pyarrow.string()) for name in header])
    with parquet.ParquetWriter(path, schema) as writer:

        def write(rows: Sequence[tuple[str, ...]]) -> None:
            columns = list(zip(*rows, strict=True)) or [()] * len(header)
            arrays = [pyarrow.array(c, pyarrow.string()) for c in columns]
            writer.write_table(pyarrow.table(arrays, schema=schema))

        yield write


class Truths:
    """The true values of participants, and the levels that follow from them.

    Args:
        scenario: says which definitions the level is told for.
        vocabulary: knows the markers.
    """

    def __init__(self, scenario: Scenario, vocabulary: Vocabulary) -> None:
        self.scenario = scenario
        # true values up to the first dose are all the baseline, which stands at day 0
        self.days = sorted({0, *(int(d) for d in scenario.visits.days if d > 0)})
        self.units = {name: self._unit(vocabulary, name) for name in scenario.markers}
        findings: list[Finding] = []
        self.plans: dict[str, Plan] = {}
        for name in scenario.definitions:
            definition, found = load_definition(name, vocabulary)
            findings += found
            if definition is None:
                continue
            plan, found = make_plan(definition, DEFAULTS, self.units, vocabulary)
            findings += found
            if plan is not None:
                self.plans[name] = plan
        self.findings = tuple(findings)
        self.asked = {m.name for plan in self.plans.values() for m in plan.markers}
        values = []
        for name in (*scenario.markers, *scenario.signs):
            unit = f" ({self.units[name]})" if self.units.get(name) else ""
            values += [f"{name} baseline{unit}", f"{name} reached{unit}"]
        levels = [f"level {name}" for name in self.plans]
        self.header = ("participant", "course", *values, *levels, "origin")

    @staticmethod
    def _unit(vocabulary: Vocabulary, name: str) -> str:
        term = vocabulary.find(Kind.MARKER, name)
        return str(term.extra.get("unit", "")) if term else ""

    def rows(self, block: Block) -> Iterator[tuple[str, ...]]:
        """Yield one row for each participant of a block: cells by `header`."""
        end = self.scenario.visits.reached
        lines = {
            name: [true_value(series, day, end).tolist() for day in self.days]
            for name, series in block.series.items()
            if name in self.asked
        }
        for p, (participant, course) in enumerate(block.truths):
            cells = []
            for series in block.series.values():
                for value in (int(series.baseline[p]), int(series.reached[p])):
                    word = series.words[value] if series.words else ""
                    cells.append(word or decimal_text(value, series.decimals))
            levels = self._levels(participant, p, block, lines)
            yield (participant, course, *cells, *levels, SYNTHETIC)

    def _levels(
        self, participant: str, p: int, block: Block, lines: dict[str, list[list[int]]]
    ) -> list[str]:
        if not self.plans:
            return []
        measurements = []
        for name, true in lines.items():
            series = block.series[name]
            low, high = self._limits(name)
            for day, values in zip(self.days, true, strict=True):
                at = day * MICROSECONDS
                if series.words:
                    measurements.append(Measurement(name, at, series.words[values[p]]))
                else:
                    value = exactly(Fraction(values[p], 10**series.decimals))
                    measurements.append(Measurement(name, at, value, low, high))
        person = Participant(participant, tuple(measurements))
        return [evaluate(plan, person).result for plan in self.plans.values()]

    def _limits(self, name: str) -> tuple[Fraction | None, Fraction | None]:
        marker = self.scenario.markers.get(name)
        given = marker.limits if marker else None
        if given is None:
            return None, None
        ends = (given.low, given.high)
        low, high = (None if e is None else Fraction(e) for e in ends)
        return low, high


def _about(scenario: Scenario, asked: Simulation, name: str) -> str:
    """Return what the files are, for whoever finds them."""
    return f"""# Synthetic participants

These people are made up. No patient's data are in these files, and nothing about a disease or a
drug can be learned from them.

- scenario: {scenario.label or scenario.name}
- participants: {asked.participants}
- seed: {asked.seed}
- noise: {asked.noise} times the scenario's
- missing: {asked.missing} times the scenario's

`{name}` has one row for each measurement or event; `day` counts from the first
dose, and `origin` says that the row is synthetic. `{TRUTH}` has the values without error of each
participant, at baseline and from day {scenario.visits.reached} on, when the new level is reached;
and the levels that follow when every planned visit is held and nothing ends the follow-up.

{scenario.about}
"""
