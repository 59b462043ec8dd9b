"""The review as a whole: what it includes, asks and claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.checks.check import ERROR, NOTE, WARNING, Found, check, joined
from paucity.evidence.eligibility import Verdict
from paucity.evidence.rows import included_rows
from paucity.text import did_you_mean
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Response
    from paucity.evidence.view import Evidence


def included_responses(evidence: Evidence) -> Iterator[tuple[str, str, Response]]:
    """Yield agent, study and main response of every included cohort, in study order."""
    for row in included_rows(evidence):
        if row.therapy is not None and row.response is not None:
            yield row.therapy.agent.name, row.study.id, row.response


@check("units-mixed", NOTE)
def units_mixed(evidence: Evidence) -> Iterator[Found]:
    """Included responses of one agent counted in different units.

    Their sum has no unit: courses and patients are kept apart.
    """
    units: dict[str, dict[str, str]] = {}
    for agent, study_id, response in included_responses(evidence):
        rows = units.setdefault(agent, {})
        rows.setdefault(_unit(evidence, study_id, response), f"{study_id}/{response.cohort}")
    for agent, rows in units.items():
        if len(rows) > 1:
            parts = joined([f"{unit} ({key})" for unit, key in rows.items()])
            message = f"responses to {agent} are counted in {parts}: they have no common sum"
            study_id, _, cohort = next(iter(rows.values())).partition("/")
            span = evidence.studies[study_id].cohorts[cohort].marks.span()
            yield Found(span, message, f"agents/{agent}")


def _unit(evidence: Evidence, study_id: str, response: Response) -> str:
    """Return the unit of a row: its own, or courses where the cohort is one of courses."""
    cohort = evidence.studies[study_id].cohorts[response.cohort]
    repeat = cohort.courses is not None and cohort.line == "repeat"
    return "courses" if repeat else response.of


@check("definitions-mixed", NOTE)
def definitions_mixed(evidence: Evidence) -> Iterator[Found]:
    """Included responses of one agent judged by different definitions.

    Their responders did not pass the same test.
    """
    used: dict[str, dict[str, str]] = {}
    for agent, study_id, response in included_responses(evidence):
        if response.definition:
            used.setdefault(agent, {}).setdefault(response.definition, study_id)
    for agent, names in used.items():
        if len(names) > 1:
            parts = joined([f"`{name}`" for name in names])
            message = f"responses to {agent} were judged by {parts}"
            span = evidence.studies[next(iter(names.values()))].marks.span("responses")
            yield Found(span, message, f"agents/{agent}")


@check("missing-not-told", NOTE)
def missing_not_told(evidence: Evidence) -> Iterator[Found]:
    """Included responses none of which says how many people could not be assessed.

    Complete data are implied, not stated.
    """
    rows = list(included_responses(evidence))
    scale = evidence.protocol.scale
    outside = {name for name, level in scale.items() if level.outside}
    silent = [
        f"{study_id}/{r.cohort}"
        for _, study_id, r in rows
        if not r.denominator and not outside & set(r.counts)
    ]
    if rows and len(silent) == len(rows):
        which = "the included response does not say"
        if len(rows) > 1:
            which = f"none of the {len(rows)} included responses says"
        message = f"{which} how many were not evaluable"
        yield Found(evidence.protocol.marks.span(), message, "responses/missing")


@check("criteria-differ", WARNING)
def criteria_differ(evidence: Evidence) -> Iterator[Found]:
    """Criteria stated in several ways that let different cohorts in.

    A source that words its inclusion differently in title, methods and abstract has several rules;
    each is a named set, and this says what enters and what leaves.
    """
    main = evidence.eligibility.get(evidence.main)
    if main is None:
        return
    kept = set(main.included_cohorts())
    for name, other in evidence.eligibility.items():
        criteria = evidence.protocol.criteria[name]
        if name == evidence.main or criteria.source is None:
            continue
        theirs = set(other.included_cohorts())
        if theirs == kept:
            continue
        enters = [f"{s}/{c}" for s, c in other.included_cohorts() if (s, c) not in kept]
        leaves = [f"{s}/{c}" for s, c in main.included_cohorts() if (s, c) not in theirs]
        told = "; ".join(
            part
            for part in (
                f"enters {joined(enters)}" if enters else "",
                f"leaves {joined(leaves)}" if leaves else "",
            )
            if part
        )
        message = f"by `{name}` ({criteria.source.at}) instead of `{evidence.main}`: {told}"
        yield Found(criteria.marks.span(), message, f"criteria/{name}")


@check("cohort-undecided", WARNING)
def cohort_undecided(evidence: Evidence) -> Iterator[Found]:
    """A cohort whose eligibility the text does not decide."""
    main = evidence.eligibility.get(evidence.main)
    if main is None:
        return
    for (study_id, name), result in main.cohorts.items():
        if result.verdict is Verdict.UNDECIDED:
            span = evidence.studies[study_id].cohorts[name].marks.span()
            message = f"`{name}`: {result.reason}"
            yield Found(
                span, message, f"{study_id}/{name}", f"see `paucity explain {study_id}/{name}`"
            )


@check("ongoing-line-differs", WARNING)
def ongoing_line_differs(evidence: Evidence) -> Iterator[Found]:
    """A study under way that is registered for another line of therapy than the source says."""
    for ongoing in evidence.protocol.ongoing:
        if ongoing.line and ongoing.registered_line and ongoing.line != ongoing.registered_line:
            message = (
                f"{ongoing.registry or 'a trial'} of {ongoing.agent.written} is taken for "
                f"{ongoing.line}, registered as {ongoing.registered_line}"
            )
            span = ongoing.marks.span("registered_line")
            yield Found(span, message, f"ongoing/{ongoing.registry or ongoing.agent}")


@check("agent-not-searched", NOTE)
def agent_not_searched(evidence: Evidence) -> Iterator[Found]:
    """An agent that the review names as promising and did not search for by name.

    Reports of it can have been missed.
    """
    searched = {w.name for s in evidence.protocol.searches for w in s.agents}
    if not searched:
        return
    for ongoing in evidence.protocol.ongoing:
        kinds = [s for s in searched if evidence.vocabulary.is_a(Kind.DRUG, ongoing.agent.name, s)]
        if not kinds:
            message = f"{ongoing.agent.written} is named as under study, and was not searched for"
            yield Found(ongoing.marks.span("agent"), message, f"searches/{ongoing.agent}")


@check("own-study", NOTE)
def own_study(evidence: Evidence) -> Iterator[Found]:
    """An included study by an author of the review it was read in."""
    for study_id in dict.fromkeys(s for s, _ in evidence.included):
        study = evidence.studies[study_id]
        document = evidence.sources.get(study.read_in)
        authors = document.citation.authors if document else evidence.protocol.authors
        shared = [a for a in study.citation.authors if a in authors]
        if shared:
            where = document.id if document else "this review"
            message = f"{joined(shared)} is an author of {study.name} and of {where}"
            yield Found(study.citation.marks.span("authors"), message, study_id)


@check("outdated-symbol", NOTE)
def outdated_symbol(evidence: Evidence) -> Iterator[Found]:
    """A gene printed under a symbol that is no longer approved."""
    for i, word in enumerate(evidence.protocol.causes):
        term = evidence.vocabulary.find(Kind.GENE, word.written)
        if term is not None and word.written.casefold() != term.name.casefold():
            message = f"{word.written} is now {term.name}"
            span = evidence.protocol.marks.span("causes", i)
            yield Found(span, message, f"genes/{term.name}", "HGNC approves the new symbol")


@check("search-not-told", NOTE)
def search_not_told(evidence: Evidence) -> Iterator[Found]:
    """A search without its date, or with other things it does not state."""
    for search in evidence.protocol.searches:
        missing = [*([] if search.date else ["date"]), *search.unstated]
        if missing:
            message = f"the search of {search.database} does not state: {joined(missing)}"
            yield Found(search.marks.span(), message, f"searches/{search.database}")


@check("main-criteria-unknown", ERROR)
def main_criteria_unknown(evidence: Evidence) -> Iterator[Found]:
    """A main or base set of criteria that is not there."""
    protocol = evidence.protocol
    known = protocol.criteria
    if protocol.main and protocol.main not in known:
        message = f"there is no set of criteria `{protocol.main}`"
        span = protocol.marks.span("main")
        yield Found(span, message, "criteria/main", did_you_mean(protocol.main, known))
    for name, criteria in known.items():
        if criteria.based_on and criteria.based_on not in known:
            message = f"there is no set of criteria `{criteria.based_on}`"
            span = criteria.marks.span("based_on")
            yield Found(span, message, f"criteria/{name}", did_you_mean(criteria.based_on, known))
