"""Responses: definition, window, time points, what they are responses of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.checks.check import NOTE, WARNING, Found, check, joined
from paucity.evidence.checks.counts import said
from paucity.evidence.figures import denominator, size
from paucity.evidence.view import read_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Response
    from paucity.evidence.view import StudyView


@check("no-definition", NOTE)
def no_definition(view: StudyView) -> Iterator[Found]:
    """A response without a definition.

    Nobody can say whether it would be one under another study's rule.
    """
    for response in view.study.responses:
        if not response.definition:
            message = f"{said(response.counts) or 'a response'} without a response definition"
            yield Found(response.marks.span(), message, _subject(view, response))


@check("no-window", NOTE)
def no_window(view: StudyView) -> Iterator[Found]:
    """A response without a time of assessment, in its own entry, its definition or a whole's."""
    for response in view.study.responses:
        definition = view.evidence.definitions.get(response.definition)
        if response.assessed or response.time_to or (definition and definition.by is not None):
            continue
        above = view.family.ancestors(response.cohort)
        whole = [r for r in view.study.responses if r.cohort in above and (r.time_to or r.assessed)]
        if not whole:
            message = f"{said(response.counts) or 'a response'}: when it was assessed is not said"
            yield Found(response.marks.span(), message, _subject(view, response), "add `assessed:`")


@check("no-denominator", WARNING)
def no_denominator(view: StudyView) -> Iterator[Found]:
    """A response whose denominator is not known."""
    for response in view.study.responses:
        cohort = view.study.cohorts.get(response.cohort)
        if cohort is None:
            continue
        named = response.denominator
        if named and response.n is None and getattr(cohort, named) is None:
            message = f"how many of `{response.cohort}` were {named} is not said"
            hint = f"give the cohort `{named}:`, or the response `n:`"
            yield Found(response.marks.span("denominator"), message, _subject(view, response), hint)
        elif denominator(response, view.study) is None:
            message = f"how many {response.of} `{response.cohort}` has is not said"
            hint = f"give the cohort its number of {response.of}"
            yield Found(response.marks.span("cohort"), message, _subject(view, response), hint)


@check("time-beyond-definition", WARNING)
def time_beyond_definition(view: StudyView) -> Iterator[Found]:
    """Responses assessed later than their definition allows.

    Which of several times gave the figures is not said, or the definition was not kept.
    """
    for response in view.study.responses:
        definition = view.evidence.definitions.get(response.definition)
        if definition is None or definition.by is None:
            continue
        late = [d for d in response.assessed if d.days > definition.by]
        if late:
            times = joined([str(d) for d in response.assessed])
            message = (
                f"assessed at {times}, but `{response.definition}` asks for response within "
                f"{float(definition.by):g} days"
            )
            span = response.marks.span("assessed")
            yield Found(span, message, _subject(view, response))


@check("responses-disagree", WARNING)
def responses_disagree(view: StudyView) -> Iterator[Found]:
    """The same people at different levels at different times, or in different documents.

    A response needs its time: the level that is counted depends on it.
    """
    responses = view.study.responses
    for i, later in enumerate(responses):
        for earlier in responses[:i]:
            same = (earlier.cohort, earlier.therapy, earlier.of) == (
                later.cohort,
                later.therapy,
                later.of,
            )
            if not same or not earlier.counts or not later.counts:
                continue
            a = {k: v for k, v in earlier.counts.items() if v}
            b = {k: v for k, v in later.counts.items() if v}
            if a != b:
                message = (
                    f"{said(earlier.counts)}{_when(earlier, view)}, but "
                    f"{said(later.counts)}{_when(later, view)}"
                )
                yield Found(later.marks.span("counts"), message, _subject(view, later))


def _when(response: Response, view: StudyView) -> str:
    where = read_in(response, view.study)
    time = f" at {' and '.join(map(str, response.assessed))}" if response.assessed else ""
    note = f" ({response.assessed_note})" if response.assessed_note and not time else ""
    return f"{time}{note}{f' in {where}' if where else ''}"


@check("course-unclear", NOTE)
def course_unclear(view: StudyView) -> Iterator[Found]:
    """A response that does not say which of several courses it followed."""
    for response in view.study.responses:
        therapy = view.study.therapies.get(response.therapy)
        if therapy is not None and " or " in therapy.course and not response.course:
            message = (
                f"`{response.therapy}` is the {therapy.course} course; "
                f"the response does not say which"
            )
            yield Found(response.marks.span(), message, _subject(view, response))


@check("courses-not-people", NOTE)
def courses_not_people(view: StudyView) -> Iterator[Found]:
    """Responses counted in courses, of which one person may have had several."""
    for response in view.study.responses:
        cohort = view.study.cohorts.get(response.cohort)
        if response.of != "courses" or cohort is None:
            continue
        courses, patients = size(cohort, "courses"), size(cohort, "patients")
        if courses is not None and courses != patients:
            people = "an unknown number of" if patients is None else patients
            message = f"{said(response.counts)} are {courses} courses of {people} patients"
            yield Found(response.marks.span("of"), message, _subject(view, response))


@check("unpublished", WARNING)
def unpublished(view: StudyView) -> Iterator[Found]:
    """An included response that rests on a personal communication.

    It was asked for with the outcome known, and no reader can look it up.
    """
    for response in view.study.responses:
        source = response.source
        if response.cohort in view.included and source and source.kind == "personal communication":
            by = f" ({source.by})" if source.by else ""
            message = f"{said(response.counts)} is a personal communication{by}"
            message += _published_whole(view, response)
            yield Found(source.marks.span("kind"), message, _subject(view, response))


def _published_whole(view: StudyView, response: Response) -> str:
    """Return what is published of the smallest cohort around a response."""
    above = view.family.ancestors(response.cohort)
    wholes = [
        (denominator(r, view.study) or 0, r)
        for r in view.study.responses
        if r.cohort in above and r.counts
    ]
    if not wholes:
        return ""
    n, whole = min(wholes, key=lambda pair: pair[0])
    return f"; the published whole is {said(whole.counts)} of {n} (`{whole.cohort}`)"


def _subject(view: StudyView, response: Response) -> str:
    return f"{view.study.id}/{response.cohort}"
