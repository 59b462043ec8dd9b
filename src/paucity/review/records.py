"""The searches of a review, and the records and votes that came of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from paucity.evidence.eligibility import resolve
from paucity.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from paucity.evidence.view import Evidence
    from paucity.literature.live.log import SearchLog
    from paucity.protocol import Protocol, Search
    from paucity.review.folder import Folder
    from paucity.screening.load import Screening
    from paucity.text import Finding


def strategies_in(loading: Folder, protocol: Protocol) -> Iterator[Finding]:
    """Yield what is found in the strategies of the searches."""
    from paucity.literature.strategy.stated import read_stated

    stated, texts = read_stated(loading.root, protocol.searches, loading.texts)
    loading.texts.update(texts)
    for one in stated:
        yield from one.findings


def logs_in(loading: Folder) -> dict[str, SearchLog]:
    """Return the logs of the searches that were run from here, by name."""
    paths: list[Path] = []
    with suppress(OSError):
        paths = sorted((loading.root / "records").glob("*.search.yaml"))
    if not paths:
        return {}
    from paucity.literature.live.log import logs_of  # not needed by most reviews

    logs, found = logs_of(loading.root)
    loading.findings += found
    for path in paths:
        text, fault = read_text(loading.root, path, f"records/{path.name}")
        if fault is None:
            loading.texts[f"records/{path.name}"] = text
    return logs


def screening_in(
    loading: Folder,
    evidence: Evidence,
    searches: tuple[Search, ...],
    logs: Mapping[str, SearchLog],
    workers: int,
) -> Screening | None:
    """Return the records and votes, with what they say of the evidence; None without any."""
    if not any((loading.root / name).exists() for name in ("records", "screening")):
        plan = evidence.protocol.screening
        if plan is not None and plan.counts is not None:
            from paucity.screening.flow_checks import check_counts

            loading.findings += check_counts(plan.counts, None)
        return None
    from paucity.linked import check_overlaps, check_studies  # not needed by most reviews
    from paucity.screening.folder import read_folder

    protocol = evidence.protocol
    main = protocol.criteria.get(evidence.main)
    criteria = resolve(evidence.main, protocol.criteria).report if main else {}
    screening, texts = read_folder(
        loading.root,
        searches=searches,
        logs=logs,
        plan=protocol.screening,
        criteria=criteria,
        workers=workers,
    )
    loading.texts.update(texts)
    loading.findings += screening.findings
    loading.findings += check_studies(evidence, screening)
    loading.findings += check_overlaps(evidence, screening)
    return screening
