"""Adverse events and outcomes: categories, timing, and what a whole says of its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.counts import fisher_exact, percent_of
from paucity.evidence.checks.check import NOTE, WARNING, Found, check, joined
from paucity.evidence.figures import entry_figure
from paucity.evidence.view import read_in, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.evidence.model import Event
    from paucity.evidence.view import StudyView


@check("categories-overlap", WARNING)
def categories_overlap(view: StudyView) -> Iterator[Found]:
    """Categories of an event that add up to more than the event.

    Some people had more than one: the categories must not be added.
    """
    for event in view.study.events:
        whole = entry_figure(event, view.study)
        kinds = [e for e in view.study.events if _category_of(e, event)]
        figures = [(k, entry_figure(k, view.study)) for k in kinds]
        known = [(k, f.count) for k, f in figures if f.count is not None]
        total = sum(count for _, count in known)
        if whole.count is None or len(known) < 2 or total <= whole.count:
            continue
        sums = " + ".join(f"{count} {k.event.written}" for k, count in known)
        n = f" of {whole.n} {event.of}" if whole.n else ""
        message = f"{sums} is {total}, more than the {whole.count}{n} with {event.event.written}"
        subject = f"{view.study.id}/{event.cohort}/{event.event}"
        yield Found(event.marks.span(), message, subject, "read the categories as overlapping")


def _category_of(event: Event, whole: Event) -> bool:
    return (
        event.within is not None
        and event.within.name == whole.event.name
        and (event.cohort, event.of) == (whole.cohort, whole.of)
        and event is not whole
    )


@check("denominator-changes", NOTE)
def denominator_changes(view: StudyView) -> Iterator[Found]:
    """Events of one cohort counted in different units.

    Courses in one sentence and patients in the next: the figures cannot be compared or added.
    """
    units: dict[str, dict[str, Event]] = {}
    for event in view.study.events:
        units.setdefault(event.cohort, {}).setdefault(event.of, event)
    for cohort, by_unit in units.items():
        if len(by_unit) > 1:
            parts = joined([f"{e.event.written} of {unit}" for unit, e in by_unit.items()])
            last = list(by_unit.values())[-1]
            message = f"events of `{cohort}` are counted in different units: {parts}"
            yield Found(last.marks.span("of"), message, f"{view.study.id}/{cohort}")


@check("before-after-unclear", NOTE)
def before_after_unclear(view: StudyView) -> Iterator[Found]:
    """An event counted before and after therapy without saying whether new or present.

    The later figure may count people who already had it, or only new ones: the two cannot be
    subtracted.
    """
    for event in view.study.events:
        if event.when != "before" or event.counting:
            continue
        later = [
            e
            for e in view.study.events
            if (e.cohort, e.event.name, e.when) == (event.cohort, event.event.name, "after")
        ]
        for after in later:
            if after.counting:
                continue
            a, b = entry_figure(event, view.study), entry_figure(after, view.study)
            if a.count is None or b.count is None:
                continue
            message = (
                f"{event.event.written}: {a.count} of {a.n} before, {b.count} of {b.n} after; "
                f"whether the later are new, cumulative or present is not said"
            )
            subject = f"{view.study.id}/{event.cohort}/{event.event}"
            yield Found(after.marks.span("counting"), message, subject, "write `counting:`")


@check("whole-hides-part", WARNING)
def whole_hides_part(view: StudyView) -> Iterator[Found]:
    """An event whose rate differs between the parts of a cohort.

    The rate of the whole is not the rate of the part that matters. Judged by Fisher's exact test at
    0.05, which takes the courses as independent.
    """
    for whole in view.study.events:
        above = entry_figure(whole, view.study)
        parts = [
            (e, f)
            for e in view.study.events
            if e is not whole
            and (e.event.name, e.of, e.when) == (whole.event.name, whole.of, whole.when)
            and whole.cohort in view.family.ancestors(e.cohort)
            for f in [entry_figure(e, view.study)]
            if f.count is not None and f.n
        ]
        for i, (a, fa) in enumerate(parts):
            for b, fb in parts[i + 1 :]:
                ca, na, cb, nb = fa.count or 0, fa.n or 0, fb.count or 0, fb.n or 0
                if ca > na or cb > nb or na + nb > _LARGEST or not _disjoint(view, a, b):
                    continue
                p = fisher_exact(ca, na - ca, cb, nb - cb)
                if p < 0.05:
                    told = f"{above.count} of {above.n}" if above.count is not None else "the whole"
                    message = (
                        f"{whole.event.written}: {told} {whole.of} in `{whole.cohort}` "
                        f"is {ca} of {na} "
                        f"({percent_of(ca, na)}%) in `{a.cohort}` and {cb} of {nb} "
                        f"({percent_of(cb, nb)}%) in `{b.cohort}` "
                        f"(Fisher's exact p = {float(p):.3f})"
                    )
                    subject = f"{view.study.id}/{whole.cohort}/{whole.event}"
                    yield Found(a.marks.span(), message, subject)


_LARGEST = 2_000
"""Most people an exact test is made of; its cost grows with the cube of their number."""


def _disjoint(view: StudyView, a: Event, b: Event) -> bool:
    """Tell whether two cohorts are parts of one division, in whatever unit."""
    return any(
        a.cohort in division.cohorts and b.cohort in division.cohorts
        for cohort in view.study.cohorts.values()
        for division in cohort.divided_into.values()
    )


@check("told-elsewhere-only", WARNING)
def told_elsewhere_only(view: StudyView) -> Iterator[Found]:
    """Relapses, deaths or events that the document read leaves out.

    Another document tells of them, about the same people.
    """
    study = view.study
    if not study.read_in:
        return
    entries = [(e, e.outcome) for e in study.outcomes] + [(e, e.event) for e in study.events]
    for entry, word in entries:
        where = read_in(entry, study)
        if where == study.read_in:
            continue
        lines = {entry.cohort, *view.family.ancestors(entry.cohort)}
        told = any(
            other_word.name == word.name
            and other.cohort in lines
            and read_in(other, study) == study.read_in
            for other, other_word in entries
        )
        figure = entry_figure(entry, study)
        if told or figure.count == 0:
            continue
        amount = f"{figure.count} of {figure.n}" if figure.count is not None else "it"
        at = source_of(entry, study)
        message = (
            f"{word.written} in `{entry.cohort}` ({amount}) is told in {where}"
            f"{f', {at.at},' if at and at.at else ''} and not in {study.read_in}"
        )
        yield Found(entry.marks.span(), message, f"{study.id}/{entry.cohort}/{word}")
