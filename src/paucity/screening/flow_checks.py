"""What is wrong with the counts of a flow: sums, and what the records say otherwise."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from paucity.screening.flow import WORDS, Column, count_of, flow_of_counts, wrong_sums
from paucity.text import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.literature.live.log import RawFile, Run, SearchLog
    from paucity.protocol import FlowCounts, Search
    from paucity.screening.corpus import Corpus

_COMPARED: Final = tuple(
    f.name for f in fields(Column) if f.name not in {"sources", "unscreened", "unassessed"}
)
_FIELDS: Final = {"identified": "databases", "included": "reports"}
"""Field of the stated counts for a box that has another name there."""


def check_counts(counts: FlowCounts, computed: Column | None) -> Iterator[Finding]:
    """Yield what is wrong with stated counts: their sums, and where the records say otherwise.

    Args:
        counts: as a source states them.
        computed: from the records and votes; None if the review has none.
    """
    stated, studies, reports = flow_of_counts(counts)
    wrong = wrong_sums(stated)
    if studies is not None and reports is not None and studies > reports:
        wrong.append(f"{studies} studies included are more than their {reports} reports")
    for message in wrong:
        hint = "look whether the source explains the difference"
        span = counts.marks.span()
        yield Finding("flow-does-not-add-up", Severity.WARNING, span, message, hint, "flow")
    if computed is None:
        return
    for box in _COMPARED:
        told, made = count_of(stated, box), count_of(computed, box)
        if told is not None and told != made:
            span = counts.marks.span(_FIELDS.get(box, box))
            message = f"{told} {WORDS[box]} are stated; the records and votes give {made}"
            hint = "remove the stated count, or look for a missing export or vote"
            about = f"flow/{box}"
            yield Finding("flow-counts-differ", Severity.WARNING, span, message, hint, about)


def check_searches(
    searches: Iterable[Search], corpus: Corpus, logs: Mapping[str, SearchLog] | None = None
) -> Iterator[Finding]:
    """Yield searches whose exports are missing or hold another number than the source said.

    Args:
        searches: of the protocol.
        corpus: the records.
        logs: of searches run from here; what an update brought may be told of, or not.
    """
    held = {e.name: e.records - e.again for e in corpus.exports}
    logged = {f"records/{raw.file}" for log in (logs or {}).values() for raw in _raw(log.runs)}
    updates = {f"records/{raw.file}" for log in (logs or {}).values() for raw in _raw(log.runs[1:])}
    for i, search in enumerate(searches, 1):
        about = f"searches/{i}"
        missing = [f for f in search.files if f not in held]
        for file in missing:
            if file in logged:  # reading the log has told of it
                continue
            message = f"the search of {search.database} names `{file}`, which is not there"
            span = search.marks.span("files")
            hint = "add the export, or correct its name"
            yield Finding("search-export-missing", Severity.WARNING, span, message, hint, about)
        n = sum(held[f] for f in search.files if f in held)
        first = sum(held[f] for f in search.files if f in held and f not in updates)
        if search.files and not missing and search.found not in {None, n, first}:
            message = f"{search.database} told of {search.found}; its exports hold {n} records"
            span = search.marks.span("found")
            hint = "export again: some databases cap an export, or the search has changed since"
            yield Finding("search-count-differs", Severity.WARNING, span, message, hint, about)


def _raw(runs: Iterable[Run]) -> Iterator[RawFile]:
    for run in runs:
        yield from run.files


def check_logs(logs: Mapping[str, SearchLog], corpus: Corpus) -> Iterator[Finding]:
    """Yield the files of logs that hold another number of records than the log says came."""
    held = {e.name: e.records for e in corpus.exports}
    for name, log in sorted(logs.items()):
        for raw in _raw(log.runs):
            n = held.get(f"records/{raw.file}")
            if n is not None and n != raw.records:
                message = f"the log tells of {raw.records} records in `{raw.file}`, which holds {n}"
                hint = "take log and file back from your history, or run the search again"
                span = raw.marks.span("records")
                about = f"searches/{name}"
                yield Finding("search-count-differs", Severity.WARNING, span, message, hint, about)
