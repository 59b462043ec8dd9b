"""Printed percentages against the counts and denominators they are said to come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from paucity.counts import bases_that_fit, counts_for_percent, fits, percent_of, sums_of
from paucity.evidence.checks.check import ERROR, NOTE, WARNING, Found, check, joined
from paucity.evidence.figures import denominator, happenings, size, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from paucity.evidence.model import Cohort, Response, Restated
    from paucity.evidence.view import StudyView
    from paucity.text import Marks


@dataclass(frozen=True, slots=True)
class Printed:
    """Percentages printed together, the counts beside them, and the denominator claimed."""

    label: str
    counts: Mapping[str, int]
    percents: Mapping[str, Decimal]
    n: int | None
    unit: str
    cohort: str
    marks: Marks
    field: str
    subject: str

    @property
    def pairs(self) -> list[tuple[int, Decimal]]:
        """Return the counts that have a percentage, with it."""
        return [(self.counts[x], p) for x, p in self.percents.items() if x in self.counts]


def printed_percentages(view: StudyView) -> Iterator[Printed]:
    """Yield every set of percentages a study prints."""
    study = view.study
    for response in study.responses:
        subject = f"{study.id}/{response.cohort}"
        n = denominator(response, study)
        if response.percents:
            yield Printed(
                "",
                response.counts,
                response.percents,
                n,
                response.of,
                response.cohort,
                response.marks,
                "percents",
                subject,
            )
        for again in response.restated:
            if again.percents:
                yield _restated(again, response, view, subject)
    for cohort in study.cohorts.values():
        yield from _prior_percentages(view, cohort)
    for entry in happenings(study):
        if entry.percent is not None:
            name = word_of(entry).name
            yield Printed(
                name,
                {} if entry.count is None else {name: entry.count},
                {name: entry.percent},
                denominator(entry, study),
                entry.of,
                entry.cohort,
                entry.marks,
                "percent",
                f"{study.id}/{entry.cohort}/{name}",
            )


def _prior_percentages(view: StudyView, cohort: Cohort) -> Iterator[Printed]:
    for entry in (*cohort.prior, *cohort.concomitant):
        if entry.percent is None:
            continue
        name = joined([agent.written for agent in entry.agents])
        yield Printed(
            name,
            {} if entry.patients is None else {name: entry.patients},
            {name: entry.percent},
            size(cohort, "patients"),
            "patients",
            cohort.id,
            entry.marks,
            "percent",
            f"{view.study.id}/{cohort.id}",
        )


def _restated(again: Restated, response: Response, view: StudyView, subject: str) -> Printed:
    cohort = view.study.cohorts.get(response.cohort)
    unit = again.of or response.of
    n = again.n
    if n is None and cohort is not None:
        n = size(cohort, unit)
    counts = {**response.counts, **again.counts}
    return Printed(
        f"as told again in {again.source.at}",
        counts,
        again.percents,
        n,
        unit,
        response.cohort,
        again.marks,
        "percents",
        subject,
    )


@check("percent-base", WARNING)
def percent_base(view: StudyView) -> Iterator[Found]:
    """Percentages that fit another denominator than the one printed.

    Every count is divided by every whole number up to the largest the cohort allows: a denominator
    under which all the printed percentages come out is the one that was used. Where it is the sum
    of counts, the check says of which.
    """
    for printed in printed_percentages(view):
        wrong = _misfits(printed)
        if not wrong or printed.n is None:
            continue
        cohort = view.study.cohorts.get(printed.cohort)
        largest = max([printed.n, *(size(cohort, u) or 0 for u in _UNITS)] if cohort else [0])
        bases = bases_that_fit(printed.pairs, min(largest, _LARGEST))
        where = f" ({printed.label})" if printed.label.startswith("as told") else ""
        yield Found(
            printed.marks.span(printed.field, wrong[0]),
            f"{_mismatch(printed, wrong)}{where}; {_explained(printed, bases, cohort)}",
            printed.subject,
            "correct the denominator, or accept it as a fault of the source",
        )


_UNITS = ("patients", "courses", "cases")

_LARGEST = 100_000
"""Largest denominator tried: a slip of the keyboard may ask for a million million."""

_LEVELS = 12
"""Most counts whose sums are tried: each one more doubles them."""


def _misfits(printed: Printed) -> list[str]:
    if not printed.n:
        return []
    return [
        level
        for level, percent in printed.percents.items()
        if level in printed.counts and not fits(printed.counts[level], printed.n, percent)
    ]


def _mismatch(printed: Printed, wrong: list[str]) -> str:
    n = printed.n or 1
    parts = [
        f"{printed.counts[x]} of {n} is {percent_of(printed.counts[x], n)}%, "
        f"printed as {printed.percents[x]}%"
        for x in wrong
    ]
    return joined(parts)


def _explained(printed: Printed, bases: range, cohort: object) -> str:
    which = "the percentage fits" if len(printed.pairs) == 1 else "all the percentages fit"
    counts = printed.counts if len(printed.counts) <= _LEVELS else {}
    sums = {s.total: s for s in reversed(sums_of(counts))}
    for base in bases:
        if base in sums:
            parts = " + ".join(str(printed.counts[p]) for p in sums[base].parts)
            return f"{which} {base} = {parts} ({', '.join(sums[base].parts)})"
    for unit in _UNITS:
        known = getattr(cohort, unit, None)
        if known in bases:
            return f"{which} {known}, the {unit}"
    if bases:
        return f"{which} {_range(bases)}"
    return "no denominator fits them all"


def _range(bases: range) -> str:
    return str(bases[0]) if len(bases) == 1 else f"{bases[0]} to {bases[-1]}"


@check("percent-fits-no-count", ERROR)
def percent_fits_no_count(view: StudyView) -> Iterator[Found]:
    """A printed percentage that no whole number of people gives.

    With few people the percentages that can be printed are few (Brown and Heathers 2017). One that
    cannot arise has another denominator, or is a slip.
    """
    for printed in printed_percentages(view):
        for level, percent in printed.percents.items():
            if level in printed.counts or not printed.n:
                continue
            if len(counts_for_percent(percent, printed.n)):
                continue
            near = round(percent * printed.n / 100)
            message = (
                f"{percent}% of {printed.n} {printed.unit} is no whole number: "
                f"{near} would be {percent_of(near, printed.n, 1)}%"
            )
            hint = _other_units(view, printed, percent)
            yield Found(printed.marks.span(printed.field, level), message, printed.subject, hint)


def _other_units(view: StudyView, printed: Printed, percent: Decimal) -> str:
    cohort = view.study.cohorts.get(printed.cohort)
    if cohort is None:
        return ""
    for unit in _UNITS:
        n = size(cohort, unit)
        if n and unit != printed.unit and len(counts_for_percent(percent, n)) == 1:
            return f"it fits {counts_for_percent(percent, n)[0]} of the {n} {unit}"
    return "look at the source again"


@check("percent-ambiguous", NOTE)
def percent_ambiguous(view: StudyView) -> Iterator[Found]:
    """A printed percentage that several counts give, so that none can be derived."""
    for printed in printed_percentages(view):
        for level, percent in printed.percents.items():
            if level in printed.counts or not printed.n:
                continue
            fitting = counts_for_percent(percent, printed.n)
            if len(fitting) > 1:
                message = f"{percent}% of {printed.n} is {fitting[0]} to {fitting[-1]}"
                span = printed.marks.span(printed.field, level)
                yield Found(span, message, printed.subject, "find the count")


@check("courses-as-patients", WARNING)
def courses_as_patients(view: StudyView) -> Iterator[Found]:
    """Courses of therapy reported as patients.

    The percentages do not fit the number of patients, and do fit the number of courses (or the
    other way round): the unit named is not the unit counted.
    """
    for printed in printed_percentages(view):
        cohort = view.study.cohorts.get(printed.cohort)
        if cohort is None:
            continue
        for unit in _UNITS:
            n, named = size(cohort, unit), size(cohort, printed.unit)
            if unit == printed.unit or n is None or named is None or n == named:
                continue
            if _all_fit(printed, n) and not _all_fit(printed, named):
                figures = joined([f"{p}%" for p in printed.percents.values()])
                message = (
                    f"{figures} of {printed.unit}: they fit the {n} {unit}, not the {named} "
                    f"{printed.unit}"
                )
                hint = f"the unit counted is {unit}"
                yield Found(printed.marks.span("of"), message, printed.subject, hint)


def _all_fit(printed: Printed, n: int) -> bool:
    for level, percent in printed.percents.items():
        if level in printed.counts:
            if not fits(printed.counts[level], n, percent):
                return False
        elif not len(counts_for_percent(percent, n)):
            return False
    return True


@check("left-out-but-counted", WARNING)
def left_out_but_counted(view: StudyView) -> Iterator[Found]:
    """People said to be left out of the assessment who are in the denominator of its percentages.

    The percentages are tried with and without the levels that the source says it left out.
    """
    for response in view.study.responses:
        if not response.left_out or not response.percents:
            continue
        pairs = [
            (response.counts[x], p) for x, p in response.percents.items() if x in response.counts
        ]
        total = sum(response.counts.values())
        without = total - sum(response.counts.get(x, 0) for x in response.left_out)
        if not without or not all(fits(c, total, p) for c, p in pairs):
            continue
        if not all(fits(c, without, p) for c, p in pairs):
            levels = joined(response.left_out)
            kept = {x: c for x, c in response.counts.items() if x not in response.left_out}
            true = ", ".join(f"{x} {percent_of(c, without, 1)}%" for x, c in kept.items())
            message = (
                f"{levels} is said to be left out, but the percentages are of {total}, "
                f"which counts it; without it they would be of {without}: {true}"
            )
            subject = f"{view.study.id}/{response.cohort}"
            yield Found(response.marks.span("left_out"), message, subject)


@check("restated-otherwise", WARNING)
def restated_otherwise(view: StudyView) -> Iterator[Found]:
    """A result told twice with different figures.

    Counts, percentages, unit or denominator differ between two places of the same document.
    """
    for response in view.study.responses:
        for again in response.restated:
            differing = [
                f"{level} {response.counts[level]} and {count}"
                for level, count in again.counts.items()
                if level in response.counts and response.counts[level] != count
            ]
            differing += [
                f"{level} {response.percents[level]}% and {percent}%"
                for level, percent in again.percents.items()
                if level in response.percents and response.percents[level] != percent
            ]
            if again.of and again.of != response.of:
                differing.append(f"{response.of} and {again.of}")
            if again.assessed and [d.days for d in again.assessed] != [
                d.days for d in response.assessed
            ]:
                times = (
                    " / ".join(map(str, response.assessed)),
                    " / ".join(map(str, again.assessed)),
                )
                differing.append(f"{times[0]} and {times[1]}")
            if differing:
                message = f"told again in {again.source.at} otherwise: {joined(differing)}"
                subject = f"{view.study.id}/{response.cohort}"
                yield Found(again.marks.span(), message, subject)
