"""Assess data by several definitions at once: rows are written as they come, the rest counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from paucity.response.agreement import Sensitivity, compare_joint
from paucity.response.assess import Assessment, about_participants, assess
from paucity.response.evaluate import evaluate, trace
from paucity.response.prepare import prepare
from paucity.response.results import (
    SCORES,
    Layout,
    Summary,
    arrow_of,
    batches_in,
    cells_of,
    unfinished,
    write_parquet,
    write_rows,
)
from paucity.response.series import Series
from paucity.response.settings import at_once
from paucity.text import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from paucity.response.agreement import Assessed
    from paucity.response.distribution import Ranges
    from paucity.response.model import Definition
    from paucity.response.parts import Store
    from paucity.response.results import Cells
    from paucity.response.series import Participant
    from paucity.response.settings import Settings
    from paucity.response.table_series import Table
    from paucity.text import Finding
    from paucity.vocabulary import Vocabulary

NAMED: Final = 1000
"""Participants who flip that are named; all are counted."""

_BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Results:
    """What several definitions gave on the same data.

    Attributes:
        name: of the data.
        read: rows read.
        unused: rows that are not used.
        participants: how many were assessed.
        summaries: one for each definition that could be computed.
        sensitivity: the definitions compared.
        flipped: participants whose certain level differs between definitions.
        flips: the first of them by name, with the result under each definition.
        findings: of the data and of the definitions.
    """

    name: str
    read: int
    unused: int
    participants: int
    summaries: tuple[Summary, ...]
    sensitivity: Sensitivity
    flipped: int = 0
    flips: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done with data.

    Attributes:
        definitions: to assess by.
        settings: the choices they leave open.
        vocabulary: knows the markers; the bundled one if None.
        judge: the response definition that judges refractoriness, where it is not the one that the
            settings or the definition name.
        out: the file to write rows into, or None.
        fingerprint: of the inputs; a stopped run goes on where it is the same.
        size: participants computed together.
        tell: called with a few words on how far the work is.
    """

    definitions: tuple[Definition, ...]
    settings: Settings
    vocabulary: Vocabulary | None = None
    judge: Definition | None = None
    out: Path | None = None
    fingerprint: str = ""
    size: int = 200_000
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False)


def run(data: Series | Table, job: Job) -> Results:
    """Assess data by several definitions, and write the rows if they are asked for.

    Args:
        data: measurements; a series is assessed row by row, a table by its engine.
        job: what is to be done. Where other runs may write the same file, hold
            :func:`paucity.response.locking.locked` around this.

    Raises:
        OSError: the file cannot be written.
        PartsError: something else stands where parts of the result are kept.
        MissingExtraError: a library that the file needs is not installed.
    """
    return _run_series(data, job) if isinstance(data, Series) else _run_table(data, job)


def _summary(
    definition: Definition,
    assessed: Any,
    levels: tuple[str, ...],
    counts: Counter[Any],
    scores: Ranges,
) -> Summary:
    label = definition.label or definition.name
    return Summary(
        definition.name,
        label,
        definition.kind,
        levels,
        assessed.responders,
        assessed.choices,
        dict(counts),
        dict(scores),
    )


def _compared(
    definitions: Sequence[Definition],
    assessed: Sequence[Assessed],
    joint: Mapping[tuple[tuple[str, ...], ...], int],
    flipped: int,
    flips: Sequence[tuple[str, tuple[str, ...]]],
) -> tuple[Sensitivity, int, Mapping[str, tuple[str, ...]]]:
    """Return the definitions compared, how many flip, and the first of those by name.

    Definitions of different kinds are not compared: their levels mean different things.
    """
    found = compare_joint(assessed, joint)
    if len({d.kind for d in definitions}) > 1:
        return replace(found, comparisons=()), 0, {}
    named = dict(flips[:NAMED])
    return replace(found, flips=named), flipped, named


# -- row by row --------------------------------------------------------------------------------


def _run_series(series: Series, job: Job) -> Results:
    found: list[tuple[Definition, Assessment]] = []
    for definition in job.definitions:
        job.tell(f"assessing {len(series.participants)} participants by {definition.name}")
        found.append(
            (definition, assess(series, definition, job.settings, job.vocabulary, judge=job.judge))
        )
    used = [(d, a) for d, a in found if a.plan is not None]
    joint: Counter[tuple[tuple[str, ...], ...]] = Counter()
    flips: dict[str, tuple[str, ...]] = {}
    for outcomes in zip(*(a.outcomes for _, a in used), strict=True):
        joint[tuple(o.possible for o in outcomes)] += 1
        if len({o.level for o in outcomes if o.certain}) > 1:
            flips[outcomes[0].participant] = tuple(o.result for o in outcomes)
    summaries = tuple(
        _summary(d, a, a.levels, Counter(o.possible for o in a.outcomes), _scores(a))
        for d, a in used
    )
    if job.out is not None:
        plans = [a.plan for _, a in used if a.plan is not None]
        markers = tuple(dict.fromkeys(m.name for plan in plans for m in plan.markers))
        layout = Layout(markers, SCORES if any(plan.items for plan in plans) else ())
        job.tell(f"writing {job.out}")
        write_rows(job.out, layout, _series_rows([a for _, a in used], layout), summaries)
    findings = [*series.findings, *(f for _, a in found for f in a.findings)]
    told = _compared(
        [d for d, _ in used], [a for _, a in used], joint, len(flips), sorted(flips.items())
    )
    return Results(
        series.name,
        series.rows,
        len(series.refused),
        len(series.participants),
        summaries,
        *told,
        findings=tuple(in_order(findings)),
    )


def _scores(assessment: Assessment) -> Ranges:
    found = (outcome.score for outcome in assessment.outcomes)
    return Counter((float(score.low), float(score.high)) for score in found if score is not None)


def _series_rows(assessments: Sequence[Assessment], layout: Layout) -> Iterator[Sequence[Cells]]:
    batch = []
    for outcomes in zip(*(a.outcomes for a in assessments), strict=True):
        for assessment, outcome in zip(assessments, outcomes, strict=True):
            batch.append(cells_of(assessment.definition, outcome, layout))
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch


# -- by an engine ------------------------------------------------------------------------------


def _run_table(table: Table, job: Job) -> Results:
    from paucity.response import table_results as parted
    from paucity.response.assess_table import assess_table
    from paucity.response.table_parts import bench_of, lay

    bench = bench_of(table, job.size)
    whole = [
        assess_table(
            bench.here, d, job.settings, job.vocabulary, judge=job.judge, values=bool(job.out)
        )
        for d in job.definitions
    ]
    used = [(d, a) for d, a in zip(job.definitions, whole, strict=True) if a.levels is not None]
    queries = parted.queries_of([a for _, a in used], bench.connection)
    layout = parted.layout_of(whole) if job.out is not None else Layout()
    participants = sum(part.participants for part in bench.parts)
    store = _store(job, len(bench.parts), layout) if used else None
    joint: Counter[tuple[tuple[str, ...], ...]] = Counter()
    flips: list[tuple[str, tuple[str, ...]]] = []
    scores: list[Counter[tuple[float, float]]] = [Counter() for _ in used]
    held = []
    flipped = before = 0
    for part in bench.parts if used else ():
        rows = _kept_results(store, part.number)
        if rows is None:
            if part.number:
                lay(bench, part)
            if job.out is not None:
                rows = parted.arrow_rows(queries, layout)
                _keep(store, part.number, rows, layout)
        if rows is None:
            found = parted.joint_results(queries, NAMED)
        else:
            found = parted.joint_counts(rows, [a for _, a in used], NAMED)
        joint += found.counts
        flipped += found.flipped
        flips += found.flips[: NAMED - len(flips)]
        for so_far, here in zip(scores, found.scores, strict=True):
            so_far.update(here)
        if job.out is not None and store is None:
            held.append(rows)
        before += part.participants
        job.tell(f"assessed {before:,} of {participants:,} participants")
    summaries = tuple(
        _summary(d, a, a.outcomes, _counted(joint, i), scores[i]) for i, (d, a) in enumerate(used)
    )
    if job.out is not None:
        job.tell(f"writing {job.out}")
        _write(job.out, layout, held, store, summaries)
    refused = 0 if table.refused is None else int(table.refused.count().to_pyarrow().as_py())
    findings = [*table.findings, *(f for a in whole for f in a.findings)]
    findings += _about_people(table, [d for d, _ in used], participants)
    told = _compared([d for d, _ in used], [a for _, a in used], joint, flipped, flips)
    return Results(
        table.name,
        table.read,
        refused,
        participants,
        summaries,
        *told,
        findings=tuple(in_order(findings)),
    )


def _about_people(
    table: Table, definitions: Sequence[Definition], participants: int
) -> list[Finding]:
    """Return the findings about participants; a diagnosis or score needs no baseline."""
    from paucity.response.assess_table import without_baseline

    without: int | None = None
    found = []
    for definition in definitions:
        if at_once(definition):
            found += about_participants(definition, table.name, participants, 0)
            continue
        if without is None:
            without = without_baseline(table, participants)
        found += about_participants(definition, table.name, participants, without)
    return found


def _counted(joint: Mapping[tuple[tuple[str, ...], ...], int], i: int) -> Counter[Any]:
    held: Counter[tuple[str, ...]] = Counter()
    for results, n in joint.items():
        held[results[i]] += n
    return held


def _store(job: Job, parts: int, layout: Layout) -> Store | None:
    """Return where parts are kept; None if the result is not written, or is short."""
    from paucity.response.parts import fingerprint_of, open_store

    if job.out is None or parts < 2 or not job.fingerprint:
        return None
    about = (job.fingerprint, job.size, layout, job.settings, job.judge, *job.definitions)
    return open_store(job.out, fingerprint_of(about))


def _kept_results(store: Store | None, number: int) -> Any:
    """Return who has which result in a part that an earlier run finished, or None."""
    from paucity.response.parts import part_file
    from paucity.response.results import results_in

    if store is None or number not in store.done:
        return None
    return results_in(part_file(store, number))


def _keep(store: Store | None, number: int, rows: Any, layout: Layout) -> None:
    from paucity.response.parts import keep

    if store is not None:
        keep(store, number, rows, layout)


def _write(
    out: Path,
    layout: Layout,
    held: Sequence[Any],
    store: Store | None,
    summaries: Sequence[Summary],
) -> None:
    """Write rows from memory, or from the parts that were kept, into one file."""
    from paucity.response.parts import close, kept
    from paucity.response.table_lines import write_lines

    def tables() -> Iterator[Any]:
        if store is None:
            yield from held or [arrow_of([], layout)]
            return
        for path in kept(store):
            yield from batches_in(path)

    if out.suffix.casefold() == ".parquet":
        with unfinished(out) as place:
            write_parquet(place, layout, tables())
    else:
        write_lines(out, layout, tables(), summaries)
    if store is not None:
        close(store)


# -- one participant ---------------------------------------------------------------------------


def explain(data: Series | Table, job: Job, name: str) -> dict[str, tuple[str, ...]] | None:
    """Say in words how one participant's results came about.

    Args:
        data: the measurements.
        job: the definitions and settings.
        name: of the participant.

    Returns:
        The lines for each definition that can be computed; None for an unknown participant.
    """
    participant: Participant | None
    if isinstance(data, Series):
        participant = next((p for p in data.participants if p.name == name), None)
    else:
        from paucity.response.table_person import participant_in

        participant = participant_in(data, name)
    if participant is None:
        return None
    out = {}
    for definition in job.definitions:
        ready = prepare(definition, job.settings, data.units, job.vocabulary, job.judge)
        if ready.plan is not None:
            outcome = evaluate(ready.plan, participant, ready.confirming)
            out[definition.name] = trace(ready.plan, outcome)
    return out
