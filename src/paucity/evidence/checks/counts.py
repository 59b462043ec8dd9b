"""Counts that exceed, or do not add up to, what they are counts of."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from paucity.evidence.checks.check import ERROR, NOTE, WARNING, Found, check, joined
from paucity.evidence.figures import denominator, entry_figure, happenings, size, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.evidence.model import Outcome, Part, Prior, Response
    from paucity.evidence.view import StudyView


def said(counts: Mapping[str, int]) -> str:
    """Return counts as a sum in words: ``56 CR + 34 PR``."""
    return " + ".join(f"{count} {level}" for level, count in counts.items())


@check("counts-exceed", ERROR)
def counts_exceed(view: StudyView) -> Iterator[Found]:
    """Counts that add up to more than their denominator.

    The levels of a response exclude one another, so their counts cannot exceed the people assessed;
    an outcome or event cannot have happened to more people than there are.
    """
    for response in view.study.responses:
        n = denominator(response, view.study)
        total = sum(response.counts.values())
        if n is not None and total > n:
            message = f"{said(response.counts)} is {total}, more than the {n} {response.of}"
            yield Found(response.marks.span("counts"), message, _subject(view, response))
    for entry in happenings(view.study):
        figure = entry_figure(entry, view.study)
        if figure.count is not None and figure.n is not None and figure.count > figure.n:
            what = word_of(entry)
            message = f"{what}: {figure.count} of {figure.n} {entry.of}"
            subject = f"{view.study.id}/{entry.cohort}/{what}"
            yield Found(entry.marks.span("count"), message, subject)


def _subject(view: StudyView, response: Response) -> str:
    return f"{view.study.id}/{response.cohort}"


@check("counts-short", WARNING)
def counts_short(view: StudyView) -> Iterator[Found]:
    """People whose response is not told.

    The counts add up to fewer than the cohort holds: the rest were not assessed, not reported, or
    at a level that is not written. A response whose unwritten levels are unknown says so with
    `complete: false`.
    """
    for response in view.study.responses:
        n = denominator(response, view.study)
        total = sum(response.counts.values())
        if n is None or not response.counts or total >= n or not response.complete:
            continue
        message = (
            f"{said(response.counts)} is {total} of {n} {response.of}: {n - total} unaccounted"
        )
        hint = "add the missing level, or write `complete: false`"
        yield Found(response.marks.span("counts"), message, _subject(view, response), hint)


@check("level-forced", WARNING)
def level_forced(view: StudyView) -> Iterator[Found]:
    """Unwritten levels that subtraction from the whole cohort decides.

    Where a whole and its part are told at the same levels, what the part does not say can be
    forced: a level the whole has too few of cannot hold the missing people.
    """
    whole_of = {r.cohort: r for r in view.study.responses if r.complete and not _elsewhere(r)}
    for response in view.study.responses:
        n = denominator(response, view.study)
        total = sum(response.counts.values())
        if n is None or not response.counts or total >= n:
            continue
        for parent in view.family.ancestors(response.cohort):
            whole = whole_of.get(parent)
            if whole is None or whole.therapy != response.therapy or not _covers(whole, view):
                continue
            room = {
                level: count - response.counts.get(level, 0)
                for level, count in whole.counts.items()
                if level not in response.counts and count
            }
            missing = n - total
            free = sum(room.values())
            tight = free == missing or (len(room) == 1 and free >= missing)
            forced = [level for level in room if tight]
            if not forced:
                continue
            wanted = joined([f"{missing if len(room) == 1 else room[x]} {x}" for x in forced])
            message = (
                f"{said(response.counts)} leaves {missing} of {n} untold; `{parent}` has only "
                f"{said({x: whole.counts[x] for x in forced})} at the other levels, so the rest "
                f"can only be {wanted}, if assessed at all"
            )
            yield Found(response.marks.span("counts"), message, _subject(view, response))
            break


def _elsewhere(response: Response) -> bool:
    return response.source is not None and bool(response.source.read_in)


def _covers(response: Response, view: StudyView) -> bool:
    n = denominator(response, view.study)
    return n is not None and sum(response.counts.values()) == n


@check("parts-exceed", ERROR)
def parts_exceed(view: StudyView) -> Iterator[Found]:
    """Sub-cohorts larger than the cohort they are part of, or responses larger than its own.

    A part cannot have more people than its whole, nor more of them at a level.
    """
    for name, cohort in view.study.cohorts.items():
        for parent_id in cohort.part_of:
            parent = view.study.cohorts.get(parent_id)
            if parent is None:
                continue
            for unit in ("patients", "courses", "cases"):
                part, whole = size(cohort, unit), size(parent, unit)
                if part is not None and whole is not None and part > whole:
                    message = f"`{name}` has {part} {unit}, its whole `{parent_id}` only {whole}"
                    yield Found(cohort.marks.span(unit), message, f"{view.study.id}/{name}")
    yield from _levels_exceed(view)


def _levels_exceed(view: StudyView) -> Iterator[Found]:
    responses = view.study.responses
    for part in responses:
        above = view.family.ancestors(part.cohort)
        for whole in responses:
            if whole.cohort not in above or not _same_question(part, whole):
                continue
            for level, count in part.counts.items():
                most = whole.counts.get(level)
                if most is not None and count > most:
                    message = (
                        f"{count} {level} in `{part.cohort}`, only {most} in its whole "
                        f"`{whole.cohort}`"
                    )
                    subject = f"{view.study.id}/{part.cohort}"
                    yield Found(part.marks.span("counts", level), message, subject)


def _same_question(a: Response, b: Response) -> bool:
    """Tell whether two responses count the same thing at the same time by the same rule."""
    return (
        (a.therapy, a.of) == (b.therapy, b.of)
        and a.definition == b.definition
        and [d.days for d in a.assessed] == [d.days for d in b.assessed]
    )


@check("division-does-not-add-up", ERROR)
def division_does_not_add_up(view: StudyView) -> Iterator[Found]:
    """Parts of a division that do not add up to the whole.

    `divided_into` says that the parts together are the whole and share nobody.
    """
    for name, cohort in view.study.cohorts.items():
        for title, division in cohort.divided_into.items():
            parts = [view.study.cohorts[c] for c in division.cohorts if c in view.study.cohorts]
            sizes = [size(part, division.unit) for part in parts]
            whole = size(cohort, division.unit)
            if whole is None or None in sizes or len(parts) != len(division.cohorts):
                continue
            total = sum(s for s in sizes if s is not None)
            if total != whole:
                sums = " + ".join(map(str, sizes))
                message = f"{sums} is {total}, but `{name}` has {whole} {division.unit}"
                span = cohort.marks.span("divided_into", title)
                yield Found(span, message, f"{view.study.id}/{name}")


@check("remainder-derived", NOTE)
def remainder_derived(view: StudyView) -> Iterator[Found]:
    """Responses of a part that subtraction gives.

    All parts of a division but one are told at the levels of the whole: the last follows. It is
    shown as derived, with its arithmetic.
    """
    for remainder in remainders(view):
        counts = said(remainder.counts)
        message = (
            f"`{remainder.part}` of `{remainder.whole}` is {counts} of {remainder.n}, "
            f"by subtraction of {joined([f'`{o}`' for o in remainder.others])}"
        )
        cohort = view.study.cohorts[remainder.part]
        yield Found(cohort.marks.span(), message, f"{view.study.id}/{remainder.part}")


@dataclass(frozen=True, slots=True)
class Remainder:
    """What subtraction gives for the one part of a division that is not told."""

    whole: str
    part: str
    others: tuple[str, ...]
    counts: Mapping[str, int]
    n: int


def remainders(view: StudyView) -> Iterator[Remainder]:
    """Yield the responses that follow by subtraction within a division."""
    told: dict[str, dict[str, int]] = {}
    for response in view.study.responses:
        told.setdefault(response.cohort, _filled(response, view))
    for whole, cohort in view.study.cohorts.items():
        if not told.get(whole):
            continue
        for division in cohort.divided_into.values():
            untold = [c for c in division.cohorts if not told.get(c)]
            others = tuple(c for c in division.cohorts if told.get(c))
            if len(untold) != 1 or untold[0] not in view.study.cohorts:
                continue
            n = size(view.study.cohorts[untold[0]], division.unit)
            counts = {
                level: count - sum(told[o].get(level, 0) for o in others)
                for level, count in told[whole].items()
            }
            if n is not None and sum(counts.values()) == n and min(counts.values()) >= 0:
                yield Remainder(whole, untold[0], others, counts, n)


def _filled(response: Response, view: StudyView) -> dict[str, int]:
    """Return a response's counts, with the one unwritten level that the whole forces filled in."""
    counts = dict(response.counts)
    n = denominator(response, view.study)
    missing = (n or 0) - sum(counts.values())
    if n is None or missing <= 0:
        return counts
    for whole in view.study.responses:
        if whole.cohort in view.family.ancestors(response.cohort) and _covers(whole, view):
            room = [x for x, c in whole.counts.items() if x not in counts and c >= missing]
            if len(room) == 1:
                return counts | {room[0]: missing}
    return {}


@check("causes-short", NOTE)
def causes_short(view: StudyView) -> Iterator[Found]:
    """Causes that do not add up to the number they explain.

    The rest have another cause, or none that is stated.
    """
    for outcome in view.study.outcomes:
        total = sum(outcome.causes.values())
        count = entry_figure(outcome, view.study).count
        if outcome.causes and count is not None and total != count:
            kind = f"{count - total} without a cause" if total < count else "too many"
            message = f"{outcome.outcome}: {said(outcome.causes)} is {total} of {count}: {kind}"
            yield Found(outcome.marks.span("causes"), message, _outcome_subject(view, outcome))


def _outcome_subject(view: StudyView, outcome: Outcome) -> str:
    return f"{view.study.id}/{outcome.cohort}/{outcome.outcome}"


@check("details-exceed", ERROR)
def details_exceed(view: StudyView) -> Iterator[Found]:
    """Particulars of a level that exceed the level."""
    for response in view.study.responses:
        for detail in response.details:
            whole = response.counts.get(detail.level)
            if whole is not None and detail.count > whole:
                message = f"{detail.count} {detail.level} with {detail.what}, of {whole}"
                span = detail.marks.span("count")
                yield Found(span, message, _subject(view, response))


@check("level-split", NOTE)
def level_split(view: StudyView) -> Iterator[Found]:
    """A level that holds different results.

    Particulars read elsewhere split one level: people with some improvement stand beside people
    with none.
    """
    for response in view.study.responses:
        for detail in response.details:
            whole = response.counts.get(detail.level)
            if whole is not None and 0 < detail.count < whole:
                rest = whole - detail.count
                message = (
                    f"{detail.level} {whole} is {detail.count} with {detail.what} "
                    f"and {rest} without"
                )
                yield Found(detail.marks.span("count"), message, _subject(view, response))


@check("characteristics-exceed", ERROR)
def characteristics_exceed(view: StudyView) -> Iterator[Found]:
    """More people with a characteristic than the cohort has."""
    for name, cohort in view.study.cohorts.items():
        n = view.family.people(name).exact
        groups: tuple[Part | Prior, ...] = (*cohort.parts, *cohort.prior, *cohort.concomitant)
        told = [(group.patients, group.marks, "patients") for group in groups]
        told += [(getattr(cohort, f), cohort.marks, f) for f in ("female", "assessed", "evaluable")]
        for count, marks, field in told:
            if n is not None and count is not None and Fraction(count) > n:
                message = f"{count} of the {n} in `{name}`"
                yield Found(marks.span(field), message, f"{view.study.id}/{name}")
