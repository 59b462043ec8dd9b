"""Answers to reporting checklists from the protocol, the records and the votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.report import checklist_evidence as evidence
from paucity.report import checklist_exports as exports
from paucity.report.checklist_facts import Answer, Facts, count, joined, logged, searches
from paucity.screening.decisions import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.literature.live.log import SearchLog


SOURCES: Final = ("database", "register")
"""Kinds of sources that are searched by a strategy."""


# -- the protocol ------------------------------------------------------------------------------


def title(facts: Facts) -> Answer | None:
    """Return the title, and whether it names a systematic review."""
    protocol = facts.evidence.protocol
    if not facts.review:
        return None
    named = "systematic review" in protocol.title.casefold()
    said = "names" if named else "does not name"
    return Answer(f"The title {said} a systematic review", "title", protocol.marks.span("title"))


def scoping_title(facts: Facts) -> Answer | None:
    """Return the title, and whether it names a scoping review."""
    protocol = facts.evidence.protocol
    if not facts.review:
        return None
    said = "names" if "scoping review" in protocol.title.casefold() else "does not name"
    return Answer(f"The title {said} a scoping review", "title", protocol.marks.span("title"))


def background(facts: Facts) -> Answer | None:
    """Return how much background the protocol gives."""
    protocol = facts.evidence.protocol
    if not protocol.background:
        return None
    n = count(len(protocol.background), "paragraph")
    return Answer(f"{n} of background", "The answer", protocol.marks.span("background"))


def question(facts: Facts) -> Answer | None:
    """Return the question."""
    held = facts.evidence.protocol.question
    if held is None:
        return None
    parts = [held.population, held.intervention, held.outcome]
    return Answer(joined(parts) or "stated", "The answer", held.marks.span())


def criteria(facts: Facts) -> Answer | None:
    """Return how many criteria there are at each level."""
    held = facts.evidence.protocol.criteria.get(facts.evidence.main)
    if held is None:
        return None
    from paucity.evidence.eligibility import resolve

    main = resolve(facts.evidence.main, facts.evidence.protocol.criteria)
    levels = (("report", main.report), ("cohort", main.cohort), ("agent", main.agent))
    told = ", ".join(f"{len(c)} on each {level}" for level, c in levels if c)
    return Answer(f"Criteria as rules that are computed: {told}", "Methods", held.marks.span())


def sources(facts: Facts) -> Answer | None:
    """Return the sources searched, and when."""
    held = searches(facts)
    if not held:
        return exports.searched_sources(facts)
    told = [f"{s.database} ({s.date or 'date not stated'})" for s in held]
    told += [text for s in held for text in s.also]
    return Answer(joined(told), "Methods: Search", held[0].marks.span())


def strategy(facts: Facts) -> Answer | None:
    """Return what is known of the search strategies: as run, as stated, or by their terms."""
    run = [(s, log) for s, log in logged(facts) if log is not None and s.kind in SOURCES]
    if run:
        told = [f"{s.database}: as sent, with what was lost" for s, _ in run]
        told += [
            f"{s.database}: the query as run is not stated"
            for s, log in logged(facts)
            if log is None and s.kind in SOURCES
        ]
        return Answer(joined(told), "Methods: Search", run[0][1].marks.span())
    held = [s for s in searches(facts) if s.strategy or s.condition or s.therapy or s.agents]
    if not held:
        return None
    whole = sum(any("query" in u for u in s.unstated) for s in held)
    missing = "; the query as run is not stated" if whole else ""
    terms = sum(len(s.condition) + len(s.therapy) + len(s.agents) for s in held)
    stated = sum(bool(s.strategy) for s in held)
    parts = [count(stated, "strategy", "strategies")] if stated else []
    parts += [count(terms, "search term")] if terms else []
    inferred = sum(len(s.inferred) for s in held)
    parts += [f"{inferred} inferred"] if inferred else []
    text = ", ".join(parts) + missing
    return Answer(text, "Methods: Search", held[0].marks.span())


def limits_used(facts: Facts) -> Answer | None:
    """Return the limits of the searches."""
    held = [s for s in searches(facts) if s.limits]
    told = joined(limit for s in held for limit in s.limits)
    if any(log is not None for _, log in logged(facts)) and held:
        told += "; as sent, see the strategies"
    return Answer(told, "Methods: Search", held[0].marks.span("limits")) if held else None


def dates(facts: Facts) -> Answer | None:
    """Return the dates of the searches."""
    held = searches(facts)
    if not held:
        return None
    told = joined(f"{s.database}: {s.date or 'not stated'}" for s in held)
    return Answer(told, "Methods: Search", held[0].marks.span())


def databases(facts: Facts) -> Answer | None:
    """Return the databases searched; those that the exports name, if no search is told."""
    return _of_kind("database")(facts) or exports.databases(facts)


def _of_kind(*kinds: str) -> Callable[[Facts], Answer | None]:
    def answer(facts: Facts) -> Answer | None:
        held = [(s, log) for s, log in logged(facts) if s.kind in kinds]
        if not held:
            return None
        told = joined(_with_host(s.database, log) for s, log in held)
        return Answer(told, "Methods: Search", held[0][0].marks.span())

    return answer


def _with_host(database: str, log: SearchLog | None) -> str:
    """Return a database with the host where it was asked, as PRISMA-S asks for its platform."""
    hosts = joined(run.host for run in log.runs) if log is not None else ""
    return f"{database} ({hosts})" if hosts else database


def _also(*words: str) -> Callable[[Facts], Answer | None]:
    """Answer from searches of a kind, or from what a search says was done beside it."""

    def answer(facts: Facts) -> Answer | None:
        held = [(s, log) for s, log in logged(facts) if any(w in s.kind for w in words)]
        told = [(_how(s.database, log), s.marks.span()) for s, log in held]
        for search in searches(facts):
            told += [
                (text, search.marks.span("also"))
                for text in search.also
                if any(w in text.casefold() for w in words)
            ]
        return Answer(joined(t for t, _ in told), "Methods: Search", told[0][1]) if told else None

    return answer


def _how(source: str, log: SearchLog | None) -> str:
    """Return a source with how citations were followed from it, where a log tells."""
    ways = joined(run.sent for run in log.runs) if log is not None else ""
    return f"{source}: {ways}" if ways else source


def selection(facts: Facts) -> Answer | None:
    """Return how it was decided what is included."""
    held = facts.screening
    if held is None or not held.votes:
        return None
    people = sorted({v.reviewer for v in held.votes} - {held.plan.settled_by})
    parts = [f"{count(len(people), 'reviewer')} voted; {held.plan.reviewers} for each record"]
    if held.plan.settled_by:
        parts.append(f"conflicts settled by {held.plan.settled_by}")
    limited = sum(d.state is State.AUTOMATIC for d in held.decisions.title)
    if limited:
        parts.append(f"{count(limited, 'record')} excluded automatically by criteria on reports")
    return Answer("; ".join(parts), "Eligibility; screening/", held.plan.marks.span())


def totals(facts: Facts) -> Answer | None:
    """Return the number of records of each source."""
    if told_by_exports := exports.totals(facts):
        return told_by_exports
    told = [f"{name}: {n:,}" for _, name, n in facts.flow.main.sources if n is not None]
    if facts.flow.other:
        told += [f"{name}: {n:,}" for _, name, n in facts.flow.other.sources if n is not None]
    return Answer(joined(told), "flow diagram") if told else None


def deduplication(facts: Facts) -> Answer | None:
    """Return how duplicates were found."""
    if facts.screening is None or not facts.screening.corpus.records:
        return None
    corpus = facts.screening.corpus
    gone = len(corpus.records) - len(corpus.reports)
    open_ = sum(m.decision == "undecided" for m in corpus.merges)
    human = sum(m.by != "paucity" for m in corpus.merges)
    text = f"by paucity: {count(gone, 'duplicate')} of {count(len(corpus.records), 'record')}; "
    text += f"{count(human, 'decision')} by people, {count(open_, 'pair')} undecided"
    return Answer(text, "screening/merges.yaml")


def flow(facts: Facts) -> Answer | None:
    """Return whether the flow is known."""
    known = facts.flow.main.identified is not None
    included = facts.flow.reports
    if known:
        text = f"{facts.flow.main.identified:,} records to {included or 0:,} reports"
        return Answer(text, "flow diagram")
    return Answer("drawn; counts before inclusion are not reported", "flow diagram")


def excluded(facts: Facts) -> Answer | None:
    """Return the reports excluded at full text."""
    if facts.screening is None:
        return None
    n = sum(d.state is State.EXCLUDED for d in facts.screening.decisions.full_text)
    return Answer(f"{count(n, 'report')} with reasons", "table excluded-reports") if n else None


ANSWERS: Final[Mapping[str, Callable[[Facts], Answer | None]]] = {
    "title": title,
    "scoping-title": scoping_title,
    "background": background,
    "question": question,
    "criteria": criteria,
    "sources": sources,
    "strategy": strategy,
    "limits-used": limits_used,
    "dates": dates,
    "databases": databases,
    "registers": _of_kind("register"),
    "websites": _of_kind("website", "organisation"),
    "citations": _also("citation", "reference list", "referenced", "cited"),
    "contacts": _also("contact", "author", "expert"),
    "other-methods": _of_kind("other"),
    "selection": selection,
    "totals": totals,
    "deduplication": deduplication,
    "flow": flow,
    "excluded": excluded,
    "collection": evidence.collection,
    "outcomes": evidence.outcomes,
    "variables": evidence.with_studies(
        "cohort, therapy, dose, prior therapy, disease, age, events; not written is unknown",
        "studies/",
    ),
    "measures": evidence.with_studies(
        "proportions with exact (Clopper-Pearson) intervals", "The answer"
    ),
    "preparing": evidence.with_studies(
        "percentages turned into counts only where one count fits; units kept apart", "Methods"
    ),
    "display": evidence.with_studies("tables, forest plots, map of the evidence", "report"),
    "characteristics": evidence.with_studies("each study with its cohorts", "Agent by agent"),
    "results": evidence.with_studies("counts and exact interval of each cohort", "Agent by agent"),
    "answer": evidence.with_studies("by agent: people, response, interval", "The answer"),
    "quality": evidence.quality,
    "quality-results": evidence.quality_results,
    "analyses": evidence.analyses,
    "pooling": evidence.with_pooling("method, and why what was not pooled was not", "Synthesis"),
    "sensitivity": evidence.with_pooling("other criteria, and subgroups of the plan", "Synthesis"),
    "robustness": evidence.with_pooling(
        "leaving out studies, other priors and models", "Synthesis"
    ),
    "synthesis": evidence.with_pooling("each result with its interval and prediction", "Synthesis"),
    "synthesis-studies": evidence.with_pooling("the rows that each result rests on", "Synthesis"),
    "unpublished": evidence.unpublished,
    "certainty": evidence.certainty,
    "gaps": evidence.gaps,
    "limits": evidence.limits,
    "interests": evidence.interests,
    "protocol": evidence.protocol,
    "conclusions": evidence.conclusions,
    "data": evidence.data,
}
"""Who answers, by the name that items of the checklists give."""
