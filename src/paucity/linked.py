"""Where records meet the evidence: studies and their reports, the whole flow, shared patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.screening.flow import Column, Flow, flow_of_counts
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from paucity.evidence.model import Study
    from paucity.evidence.view import Evidence
    from paucity.screening.corpus import Corpus
    from paucity.screening.load import Screening
    from paucity.sources import Citation

NOT_REPORTED: Final = "not reported"
"""What stands in a box whose count nobody told."""

_NO_RECORDS: Final = (
    "The review holds no records and states no counts of them: a box without a number is"
    f" {NOT_REPORTED}, which is not none."
)


# -- studies and their reports -----------------------------------------------------------------


def reports_of(studies: Mapping[str, Study], corpus: Corpus) -> dict[str, int]:
    """Return the report of each study, by its PMID or DOI, else by title, year and first author."""
    from paucity.literature.normal import identity
    from paucity.literature.record import Person, Record

    out = {}
    for name, study in studies.items():
        citation = study.citation
        first = citation.authors[0].rsplit(" ", 1)[0] if citation.authors else ""
        year = int(citation.year) if citation.year.isdecimal() and len(citation.year) < 6 else None
        bare = Record(title=citation.title, year=year, authors=(Person(first),) if first else ())
        for known in (*_identifiers(citation), identity(bare) if citation.title else ""):
            held = corpus.by_name.get(known, frozenset())
            if len(held) == 1:
                out[name] = next(iter(held))
                break
    return out


def _identifiers(citation: Citation) -> Iterator[str]:
    if citation.pmid:
        yield f"pmid:{citation.pmid}"
    if citation.doi:
        yield f"doi:{citation.doi.casefold()}"


def check_studies(evidence: Evidence, screening: Screening) -> Iterator[Finding]:
    """Yield where what was screened in and what was extracted do not fit each other."""
    from paucity.screening.corpus import name_of
    from paucity.screening.decisions import State

    matched = reports_of(evidence.studies, screening.corpus)
    decided = screening.decisions.full_text
    by_report = {report: study for study, report in matched.items()}
    for study_id, report in matched.items():
        first, state = screening.decisions.title[report], decided[report].state
        if State.EXCLUDED in {first.state, state} or first.state is State.AUTOMATIC:
            reason = first.reason or decided[report].reason or "no reason given"
            study = evidence.studies[study_id]
            message = f"{study.name} is extracted, and its report was screened out: {reason}"
            hint = "correct the vote, or move the file out of studies/"
            span = study.marks.span("citation")
            yield Finding("study-screened-out", Severity.WARNING, span, message, hint, study_id)
    for report, decision in enumerate(decided):
        if decision.state is State.INCLUDED and report not in by_report:
            name = name_of(screening.corpus, report)
            record = screening.corpus.reports[report].record
            span = Span(record.place.file, max(1, record.place.line))
            message = f"`{name}` is included, and no file in studies/ has its PMID or DOI"
            hint = "extract it into studies/, or give its identifier there"
            yield Finding("report-not-extracted", Severity.NOTE, span, message, hint, name)


# -- shared patients ---------------------------------------------------------------------------


def check_overlaps(evidence: Evidence, screening: Screening) -> Iterator[Finding]:
    """Yield a note for two included studies that may describe the same patients.

    A case report and the later series of the same centre share people; counting them twice inflates
    the evidence. The question is asked until a cohort of one study says `overlaps`.
    """
    from paucity.literature.overlap import possible_overlaps

    included = list(dict.fromkeys(study for study, _ in evidence.included))
    matched = reports_of({name: evidence.studies[name] for name in included}, screening.corpus)
    names = list(matched)
    records = [screening.corpus.reports[matched[name]].record for name in names]
    for overlap in possible_overlaps(records):
        one, other = evidence.studies[names[overlap.first]], evidence.studies[names[overlap.second]]
        if matched[one.id] == matched[other.id] or _declared(one, other) or _declared(other, one):
            continue
        cohort = next((c for s, c in evidence.included if s == other.id), "all")
        message = f"{one.name} and {other.name} may describe the same patients: "
        message += "; ".join(overlap.reasons)
        hint = f"if they do, write `overlaps: {other.id}/{cohort}` in the cohort of {one.id}; if "
        hint += "not, accept this finding with the reason"
        yield Finding(
            "possible-patient-overlap",
            Severity.NOTE,
            one.marks.span("cohorts"),
            message,
            hint,
            f"{one.id}/{other.id}",
        )


def _declared(one: Study, other: Study) -> bool:
    """Tell whether a cohort of one study says what it shares with the other."""
    named = (o.cohort for c in one.cohorts.values() for o in c.overlaps)
    return any(name.partition("/")[0] == other.id for name in named)


# -- the flow ----------------------------------------------------------------------------------


def prisma_flow(evidence: Evidence, screening: Screening | None) -> Flow:
    """Return the flow of a review, from its records, from stated counts, or with what is known.

    Args:
        evidence: studies and protocol.
        screening: the records and votes; None if the review has none.
    """
    plan = evidence.protocol.screening
    previous = None
    if plan is not None and plan.previous is not None:
        previous = (plan.previous.studies or 0, plan.previous.reports)
    if screening is not None and screening.corpus.records:
        return _of_records(evidence, screening, previous)
    if plan is not None and plan.counts is not None:
        column, studies, reports = flow_of_counts(plan.counts)
        return Flow(
            column, None, previous, studies, reports, ("Counts as the source states them.",)
        )
    return _of_studies(evidence, previous)


def _of_records(
    evidence: Evidence, screening: Screening, previous: tuple[int, int | None] | None
) -> Flow:
    from paucity.screening.decisions import State

    decided = screening.decisions.full_text
    included = {n for n, d in enumerate(decided) if d.state is State.INCLUDED}
    matched = {
        s: r for s, r in reports_of(evidence.studies, screening.corpus).items() if r in included
    }
    remarks = []
    unread = sum(f.severity is Severity.ERROR for f in screening.findings)
    if unread:
        remarks.append(
            f"{unread} error{'' if unread == 1 else 's'} in records, votes or merges: the counts"
            " are without what could not be read."
        )
    covered = len(set(matched.values()))
    studies: int | None = len(matched) if covered == len(included) else None
    if studies is None:
        remarks.append(
            f"{covered} of {len(included)} included reports have been extracted as studies so far;"
            " the number of studies is not known before all are."
        )
    waiting = sum(c.unscreened or 0 for c in (screening.main, screening.other) if c)
    if waiting:
        remarks.append(
            f"{waiting} record{'' if waiting == 1 else 's'} wait{'s' if waiting == 1 else ''} for a"
            " decision at title and abstract: the flow is not final."
        )
    again = sum(export.again for export in screening.corpus.exports)
    if again:
        one = again == 1
        remarks.append(
            f"{again} record{'' if one else 's'} that a search had given before came again when it"
            f" was repeated or brought up to date: {'it counts' if one else 'they count'} once, as"
            f" {'it' if one else 'they'} came last."
        )
    return Flow(screening.main, screening.other, previous, studies, len(included), tuple(remarks))


def _of_studies(evidence: Evidence, previous: tuple[int, int | None] | None) -> Flow:
    """Return the flow of a review without records: what was searched, and what is included."""
    protocol = evidence.protocol
    included = len(set(dict.fromkeys(study for study, _ in evidence.included)))
    sources = tuple((s.kind, s.database, s.found) for s in protocol.searches)
    main = tuple(s for s in sources if s[0] in {"database", "register"})
    other = [s for s in sources if s not in main]
    other += [("other", text, None) for s in protocol.searches for text in s.also]
    found = [n for _, _, n in main]
    identified = None if not found or None in found else sum(n or 0 for n in found)
    remarks = [_NO_RECORDS]
    unstated = _joined(u for s in protocol.searches for u in s.unstated)
    if unstated:
        remarks.append(f"The source does not state: {unstated}.")
    return Flow(
        main=Column(sources=main, identified=identified),
        other=Column(sources=tuple(other)) if other else None,
        previous=previous,
        studies=included,
        reports=included,
        remarks=tuple(remarks),
    )


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
