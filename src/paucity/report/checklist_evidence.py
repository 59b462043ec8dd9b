"""Answers to reporting checklists from the studies and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.report.checklist_facts import Answer, Facts, count, joined, searches

if TYPE_CHECKING:
    from collections.abc import Callable


def collection(facts: Facts) -> Answer | None:
    """Return where the data were read."""
    studies = facts.evidence.studies
    if not studies:
        return None
    second = sum(bool(s.read_in) for s in studies.values())
    told = f"; {second} read in another document" if second else ""
    return Answer(
        f"{count(len(studies), 'study file')}{told}; every value names its place", "studies/"
    )


def outcomes(facts: Facts) -> Answer | None:
    """Return the outcomes looked for."""
    held = facts.evidence.protocol
    if not held.scale:
        return None
    named = sorted({o.outcome.name for s in facts.evidence.studies.values() for o in s.outcomes})
    levels = ", ".join(level.label for level in held.scale.values())
    more = f"; also {', '.join(named)}" if named else ""
    return Answer(f"Response: {levels}{more}", "Methods: Response", held.marks.span("scale"))


def with_studies(text: str, where: str) -> Callable[[Facts], Answer | None]:
    """Return an answer that holds as soon as there are studies."""

    def answer(facts: Facts) -> Answer | None:
        return Answer(text, where) if facts.evidence.studies else None

    return answer


def with_pooling(text: str, where: str) -> Callable[[Facts], Answer | None]:
    """Return an answer that holds as soon as cohorts are included."""

    def answer(facts: Facts) -> Answer | None:
        return Answer(text, where) if facts.evidence.included else None

    return answer


def quality(facts: Facts) -> Answer | None:
    """Return the instruments by which studies were appraised."""
    held = [q for s in facts.evidence.studies.values() for q in s.quality]
    if not held:
        return None
    tools = joined(q.instrument for q in held)
    who = joined(q.by for q in held)
    return Answer(f"{tools}; judged by {who}", "How sure", held[0].marks.span())


def quality_results(facts: Facts) -> Answer | None:
    """Return how many studies were appraised."""
    studies = facts.evidence.studies.values()
    n = sum(bool(s.quality) for s in studies)
    return Answer(f"{n} of {count(len(studies), 'study', 'studies')}", "How sure") if n else None


def analyses(facts: Facts) -> Answer | None:
    """Return the analyses of the plan."""
    protocol = facts.evidence.protocol
    if not protocol.analyses:
        return None
    n = count(len(protocol.analyses), "analysis", "analyses")
    return Answer(f"{n} planned", "Synthesis", protocol.marks.span("analyses"))


def unpublished(facts: Facts) -> Answer | None:
    """Return how many responses are personal communications."""
    studies = facts.evidence.studies.values()
    if not studies:
        return None
    n = sum(
        r.source is not None and r.source.kind == "personal communication"
        for s in studies
        for r in s.responses
    )
    text = f"{count(n, 'response')} known by personal communication; robustness to missing studies"
    return Answer(text, "Synthesis: robustness")


def certainty(facts: Facts) -> Answer | None:
    """Return how many judgements of certainty there are."""
    protocol = facts.evidence.protocol
    if not protocol.certainty:
        return None
    n = count(len(protocol.certainty), "judgement")
    return Answer(f"{n} by the domains of GRADE", "How sure", protocol.marks.span("certainty"))


def gaps(facts: Facts) -> Answer | None:
    """Return whether there is a map of what is not known."""
    protocol = facts.evidence.protocol
    if not protocol.populations:
        return None
    n = count(len(protocol.populations), "population")
    return Answer(f"map of {n}", "What is not known", protocol.marks.span("populations"))


def limits(facts: Facts) -> Answer | None:
    """Return what the searches leave unstated."""
    held = [s for s in searches(facts) if s.unstated]
    told = joined(u for s in held for u in s.unstated)
    if not held:
        return None
    return Answer(f"Not stated: {told}", "Methods: Search", held[0].marks.span("unstated"))


def interests(facts: Facts) -> Answer | None:
    """Return whether included studies are by authors of the review."""
    authors = set(facts.evidence.protocol.authors)
    own = [
        s
        for s in dict.fromkeys(study for study, _ in facts.evidence.included)
        if authors & set(facts.evidence.studies[s].citation.authors)
    ]
    if not own:
        return None
    n = count(len(own), "included study", "included studies")
    return Answer(f"{n} by authors of the review; other interests are not known", "findings")


def protocol(facts: Facts) -> Answer | None:
    """Return where the protocol is."""
    if not facts.review:
        return None
    return Answer("review.yaml, as it is computed", "review.yaml; registration is not known")


def conclusions(facts: Facts) -> Answer | None:
    """Return how many conclusions are tested."""
    held = facts.evidence.protocol
    if not held.claims:
        return None
    n = count(len(held.claims), "conclusion")
    return Answer(f"{n}, each tested", "Conclusions tested", held.marks.span("claims"))


def data(facts: Facts) -> Answer | None:
    """Return what of the data is there."""
    if not facts.review:
        return Answer("merged records, merges and links as files", "the folder written")
    return Answer("evidence.json, findings.json, tables as CSV and JSON", "References: Data")
