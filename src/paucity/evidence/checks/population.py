"""Who the people are: disease, status, line of therapy, prior therapy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.checks.check import NOTE, WARNING, Found, check, joined
from paucity.evidence.figures import figure
from paucity.evidence.view import read_in
from paucity.logic import Bounds
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from paucity.evidence.model import Cohort
    from paucity.evidence.view import StudyView


@check("disease-against-parts", WARNING)
def disease_against_parts(view: StudyView) -> Iterator[Found]:
    """A cohort said to have one disease whose parts have others.

    The vocabulary knows that EBV-associated HLH is no primary HLH.
    """
    vocabulary = view.evidence.vocabulary
    for name, cohort in view.study.cohorts.items():
        for disease in cohort.disease:
            other = [
                p
                for p in cohort.parts
                if p.disease is not None
                and p.patients
                and p.disease.known
                and not vocabulary.is_a(Kind.DISEASE, p.disease.name, disease.name)
                and not vocabulary.is_a(Kind.DISEASE, disease.name, p.disease.name)
            ]
            if not other:
                continue
            total = sum(p.patients or 0 for p in other)
            kinds = joined([f"{p.patients} {p.disease}" for p in other])
            where = read_in(other[0], view.study)
            place = f" in {where}" if where and where != read_in(cohort, view.study) else ""
            n = cohort.patients if cohort.patients is not None else "?"
            message = (
                f"`{name}` is said to be {disease.written}, "
                f"but {total} of {n} are not{place}: {kinds}"
            )
            yield Found(cohort.marks.span("disease"), message, f"{view.study.id}/{name}")


@check("line-mixed", WARNING)
def line_mixed(view: StudyView) -> Iterator[Found]:
    """A cohort said to be of one line of therapy that holds people of another.

    Its figures are not those of the line it is printed under.
    """
    for name, cohort in view.study.cohorts.items():
        if not cohort.line or cohort.line == "mixed":
            continue
        other = [
            (d, view.study.cohorts[d])
            for d in view.family.descendants(name)
            if view.study.cohorts[d].line not in {"", cohort.line}
            and (view.study.cohorts[d].line != "repeat" or cohort.courses != cohort.patients)
        ]
        top = view.family.topmost([d for d, _ in other])
        if not top:
            continue
        parts = joined(
            [
                f"{_sized(view.study.cohorts[d])} {view.study.cohorts[d].line} line (`{d}`)"
                for d in top
            ]
        )
        message = f"`{name}` is told as {cohort.line} line, but holds {parts}"
        yield Found(cohort.marks.span("line"), message, f"{view.study.id}/{name}")


def _sized(cohort: Cohort) -> str:
    if cohort.courses is not None:
        return f"{cohort.courses} courses of"
    return f"{cohort.patients} patients of" if cohort.patients is not None else "some of"


@check("prior-repeated", NOTE)
def prior_repeated(view: StudyView) -> Iterator[Found]:
    """The same drug listed twice in a cohort's prior therapy.

    Given twice, or copied twice: the source should be looked at again.
    """
    for name, cohort in view.study.cohorts.items():
        seen: set[tuple[str, object]] = set()
        for prior in cohort.prior:
            for i, agent in enumerate(prior.agents):
                key = (agent.name, prior.within.days if prior.within else None)
                if key in seen and prior.patients is None and prior.percent is None:
                    message = f"{agent.written} is listed twice among the prior therapies"
                    span = prior.marks.span("agents", i)
                    yield Found(span, message, f"{view.study.id}/{name}")
                seen.add(key)


@check("intolerant-not-refractory", WARNING)
def intolerant_not_refractory(view: StudyView) -> Iterator[Found]:
    """People counted as refractory who stopped or missed the prior drug for intolerance.

    They had not failed the drug: they could not be given it.
    """
    for name, cohort in view.study.cohorts.items():
        refractory = any(s.name == "refractory" for s in cohort.status)
        if not refractory:
            continue
        for prior in cohort.prior:
            if prior.stopped not in {"intolerance", "toxicity"}:
                continue
            told = figure(prior.patients, prior.percent, cohort.patients)
            amount = f"{told.count} of {told.n}" if told.count is not None else "some"
            if prior.patients is None and prior.percent is None:
                amount = "all"
            drugs = joined([a.written for a in prior.agents])
            message = (
                f"`{name}` is told as refractory, but {drugs} was stopped, reduced or not given "
                f"for {prior.stopped} in {amount}"
            )
            yield Found(prior.marks.span("stopped"), message, f"{view.study.id}/{name}")
        for part in cohort.parts:
            if part.status is not None and part.status.name == "intolerant" and part.patients:
                where = read_in(part, view.study)
                message = (
                    f"`{name}` is told as refractory; "
                    f"{part.patients} intolerant according to {where}"
                )
                yield Found(part.marks.span("status"), message, f"{view.study.id}/{name}")


@check("refractory-too-early", WARNING)
def refractory_too_early(view: StudyView) -> Iterator[Found]:
    """A cohort told as refractory before any rule could call it so.

    The review names a rule for refractory disease (no partial response after some time of standard
    therapy); the time between prior therapy and this one is shorter than that.
    """
    rule = _refractory_days(view)
    if rule is None:
        return
    name_of_rule, needed = rule
    for name, cohort in view.study.cohorts.items():
        if not any(s.name == "refractory" for s in cohort.status):
            continue
        for field in ("since_prior", "time_on_prior"):
            spread = getattr(cohort, field)
            bounds = Bounds(*spread.ends()) if spread is not None else None
            if bounds is None or bounds.high is None or bounds.high >= needed:
                continue
            doses = next((p.doses for p in cohort.prior if p.doses), None)
            after = f" after {doses} dose{'s' if doses != 1 else ''}" if doses else ""
            message = (
                f"`{name}` is told as refractory {_said(bounds.high)}{after}; "
                f"`{name_of_rule}` asks for {_said(needed)}"
            )
            yield Found(cohort.marks.span(field), message, f"{view.study.id}/{name}")
            break


def _refractory_days(view: StudyView) -> tuple[str, Fraction] | None:
    """Return the shortest time after which a rule of the review calls disease refractory."""
    rules = []
    for name, definition in view.evidence.definitions.items():
        if definition.refractory_after is not None:
            rules.append((definition.refractory_after, name))
    return (min(rules)[1], min(rules)[0]) if rules else None


def _said(days: Fraction) -> str:
    value = f"{float(days):g}"
    return f"{value} day" if value == "1" else f"{value} days"


@check("status-not-asked-for", WARNING)
def status_not_asked_for(view: StudyView) -> Iterator[Found]:
    """An included cohort whose disease status is not the one the review asks about.

    Relapsed patients who answer the same drug again say little of refractory disease.
    """
    question = view.evidence.protocol.question
    if question is None or question.status is None:
        return
    vocabulary = view.evidence.vocabulary
    for name in view.included:
        cohort = view.study.cohorts[name]
        for status in cohort.status:
            if vocabulary.is_a(Kind.STATUS, status.name, question.status.name):
                continue
            same = _same_drug_again(cohort, view)
            again = f", and had had {joined(same)} before" if same else ""
            message = (
                f"`{name}` is {status.written}, the question is about {question.status.written} "
                f"disease{again}"
            )
            yield Found(cohort.marks.span("status"), message, f"{view.study.id}/{name}")


def _same_drug_again(cohort: Cohort, view: StudyView) -> list[str]:
    from paucity.evidence.facts import therapies_of

    given = {
        view.study.therapies[t].agent.name for t in therapies_of(view.study, view.family, cohort.id)
    }
    had = [a.written for p in cohort.prior for a in p.agents if a.name in given]
    return list(dict.fromkeys(had))


@check("continued-therapy", NOTE)
def continued_therapy(view: StudyView) -> Iterator[Found]:
    """An included cohort that went on with other drugs.

    What happened cannot be put down to the therapy studied alone.
    """
    for name in view.included:
        cohort = view.study.cohorts[name]
        for prior in cohort.concomitant:
            drugs = joined([a.written for a in prior.agents])
            told = figure(prior.patients, prior.percent, cohort.patients)
            amount = f"{told.count} of {told.n}" if told.count is not None else "the cohort"
            message = f"{drugs} went on beside the therapy in {amount}"
            yield Found(prior.marks.span("agents"), message, f"{view.study.id}/{name}")
