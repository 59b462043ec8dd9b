"""Tables of participants described one by one: their values, and their levels recomputed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from paucity.counts import whole_percent
from paucity.participants.model import say_value
from paucity.participants.recompute import computable
from paucity.participants.tell import say_person, tell
from paucity.report.table import EMPTY, Cell, Column, Table, TableRow
from paucity.report.tables.definitions import name_of
from paucity.response.agreement import Sensitivity, compare_definitions, said_kappa
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from paucity.agreement import Kappa
    from paucity.participants.model import DescribedParticipant, ReportedLevel, SerialValue
    from paucity.participants.tell import Told
    from paucity.response.assess import Assessment
    from paucity.review import Review
    from paucity.sources import Source

ENOUGH: Final = 10
"""Participants of one study from which on a rate and agreement are given."""


def person_labels(review: Review) -> dict[str, str]:
    """Return how each participant is printed: the study, and the name where there are several."""
    people = review.people.participants
    counts = Counter(person.study for person in people.values())
    out = {}
    for key, person in people.items():
        study = review.evidence.studies.get(person.study)
        name = study.name if study else person.study
        out[key] = name if counts[person.study] == 1 else f"{name}, {person.id}"
    return out


def participants(review: Review) -> Table:
    """Return every value that a study tells of a single participant, as printed."""
    rows = []
    labels = person_labels(review)
    for person in review.people.participants.values():
        group = labels[person.key]
        if about := say_person(person):
            group += f" ({about})"
        if person.index:
            group += f"; day 0 is the {person.index}"
        rows += [TableRow(_value(review, person, value), group) for value in person.values]
        rows += [
            TableRow(
                {
                    "marker": Cell(event.event, event.event, event.marks.span("event")),
                    "day": Cell(str(event.day), None, event.marks.span("day")),
                    "source": _place(event.source or person.source, person),
                },
                group,
            )
            for event in person.events
        ]
    columns = (
        Column("marker", "Marker"),
        Column("day", "When"),
        Column("value", "Value as told"),
        Column("limits", "Reference limits"),
        Column("flags", "Flag"),
        Column("told", "In words"),
        Column("source", "Where it stands"),
    )
    used = tuple(c for c in columns if c.key == "marker" or any(r[c.key].text for r in rows))
    return Table("participants", "Participants described one by one", used, tuple(rows))


def _value(review: Review, person: DescribedParticipant, value: SerialValue) -> dict[str, Cell]:
    term = review.evidence.vocabulary.find(Kind.MARKER, value.marker.name)
    flags = ", ".join(value.flags)
    flagged = value.sources.get("flags")
    limits = " to ".join(str(x) if x is not None else "?" for x in (value.low, value.high))
    return {
        "marker": Cell(
            term.label if term else value.marker.written,
            value.marker.name,
            value.marks.span("marker"),
        ),
        "day": Cell(str(value.day), value.day.written, value.marks.span("day"))
        if value.day
        else Cell("not told"),
        "value": Cell(say_value(value), value.value, value.marks.span("value"))
        if value.value
        else EMPTY,
        "limits": EMPTY
        if value.low is None and value.high is None
        else Cell(limits, None, value.marks.span("low" if value.low is not None else "high")),
        "flags": Cell(
            flags, flags, value.marks.span("flags"), derived=flagged.by if flagged else ""
        )
        if flags
        else EMPTY,
        "told": Cell(value.told, value.told, value.marks.span("told")) if value.told else EMPTY,
        "source": _place(value.source or person.source, person),
    }


def _place(source: Source | None, person: DescribedParticipant) -> Cell:
    if source is None:
        return Cell("not said")
    document = source.read_in or person.read_in
    text = " of ".join(part for part in (source.at, document) if part) or source.kind
    derived = f"derived: {source.by}" if source.kind == "derived" and source.by else ""
    return Cell(text, None, source.marks.span(), derived=derived)


# -- recomputed beside reported ----------------------------------------------------------------


def recomputed(review: Review) -> Table:
    """Return the level of each participant as reported, and as its values give it."""
    rows = []
    labels = person_labels(review)
    for person in review.people.participants.values():
        group = labels[person.key]
        shown: set[str] = set()
        for level in person.reported:
            name = level.definition
            shown.add(name)
            rows.append(_row(review, person, name, level, group))
        rows += [
            _row(review, person, name, None, group)
            for name in review.recomputed
            if name not in shown
        ]
    columns = (
        Column("definition", "Definition"),
        Column("reported", "Reported"),
        Column("recomputed", "Recomputed"),
        Column("known", "What is known"),
        Column("deciding", "What would decide"),
    )
    notes = (
        (
            "Reported: as the source gives it, never changed. Recomputed: from the values told,"
            " with what is not told left open; several levels are given where the values do not"
            " decide between them. A value told by a time is taken as of that time."
        ),
    )
    title = "Levels of single participants, recomputed beside reported"
    return Table("recomputed", title, columns, tuple(rows), notes)


def _row(
    review: Review,
    person: DescribedParticipant,
    name: str,
    level: ReportedLevel | None,
    group: str,
) -> TableRow:
    definition = review.definitions.get(name)
    label = name_of(review, definition) if definition else name or "not stated"
    span = definition.marks.span() if definition else None
    told = told_of(review, person, name)
    cells = {
        "definition": Cell(label, name or None, span),
        "reported": Cell(level.level, level.level, level.marks.span("level")) if level else EMPTY,
        "recomputed": _recomputed(review, name, told),
    }
    if told is not None and told.result:
        known = told.known
        spans = [m.span for m in known if m.span is not None]
        texts = "; ".join(m.text for m in known)
        cells["known"] = Cell(texts or "nothing", None, spans[0] if spans else None)
        cells["deciding"] = Cell(", ".join(told.deciding) or "decided")
    return TableRow(cells, group)


def told_of(review: Review, person: DescribedParticipant, name: str) -> Told | None:
    """Return what a participant's values amount to by a definition; None if it has no rules."""
    assessment = review.recomputed.get(name)
    return tell(review.people, assessment, person.key) if assessment else None


def _recomputed(review: Review, name: str, told: Told | None) -> Cell:
    definition = review.definitions.get(name)
    if told is None:
        words = "in words only" if definition and not computable(definition) else "no definition"
        return Cell(f"not computed: {words}")
    if not told.result:
        return Cell("not computed", None, note=told.why_not)
    return Cell(told.result, told.result)


# -- how far the answer depends on the definition ----------------------------------------------


def sensitivities(review: Review) -> dict[str, Sensitivity]:
    """Return how the definitions compare, for each study that describes enough participants."""
    studies: dict[str, list[str]] = {}
    for person in review.people.participants.values():
        studies.setdefault(person.study, []).append(person.key)
    return {
        study: compare_definitions(_among(review, set(keys)))
        for study, keys in studies.items()
        if len(keys) >= ENOUGH
    }


def _among(review: Review, keys: set[str]) -> list[Assessment]:
    """Return every assessment with the outcomes of these participants alone."""
    return [
        replace(a, outcomes=tuple(o for o in a.outcomes if o.participant in keys))
        for a in review.recomputed.values()
    ]


def rates(review: Review) -> Table:
    """Return how many respond by each definition, and how many may if all values were known."""
    rows = []
    for study, found in sensitivities(review).items():
        for rate in found.rates:
            bounds = rate.bounds
            low, high = (whole_percent(float(x)) for x in bounds) if bounds else ("", "")
            percent = f"{low}%" if low == high else f"{low} to {high}%"
            cells = {
                "definition": _named(review, rate.definition),
                "n": Cell(str(rate.participants), rate.participants),
                "certain": Cell(str(rate.certain), rate.certain),
                "possible": Cell(str(rate.possible), rate.possible),
                "bounds": Cell(percent, percent),
            }
            rows.append(TableRow(cells, _study(review, study)))
    columns = (
        Column("definition", "Definition"),
        Column("n", "Participants", numeric=True),
        Column("certain", "Certainly respond", numeric=True),
        Column("possible", "May respond", numeric=True),
        Column("bounds", "Response rate", numeric=True),
    )
    notes = ("From those who certainly respond to those who may: bounds, not an interval.",)
    return Table("rates", "Response rates recomputed", columns, tuple(rows), notes)


def agreement(review: Review) -> Table:
    """Return how far every two definitions agree on the same participants."""
    rows = []
    for study, found in sensitivities(review).items():
        for pair in found.comparisons:
            cells = {
                "one": _named(review, pair.one),
                "other": _named(review, pair.other),
                "same": Cell(str(pair.same), pair.same),
                "flips": Cell(str(pair.flips), pair.flips),
                "open": Cell(str(pair.may_flip), pair.may_flip),
                "kappa": _kappa(pair.kappa),
            }
            rows.append(TableRow(cells, _study(review, study)))
    columns = (
        Column("one", "Definition"),
        Column("other", "Definition compared"),
        Column("same", "Same level", numeric=True),
        Column("flips", "Other level", numeric=True),
        Column("open", "Open", numeric=True),
        Column("kappa", "Kappa (95% interval)", numeric=True),
    )
    title = "Agreement of definitions on the same participants"
    return Table("agreement", title, columns, tuple(rows))


def _kappa(kappa: Kappa) -> Cell:
    note = kappa.reason if kappa.low is None or kappa.high is None else ""
    return Cell(said_kappa(kappa), None if kappa.value is None else said_kappa(kappa), note=note)


def _named(review: Review, name: str) -> Cell:
    definition = review.definitions[name]
    return Cell(name_of(review, definition), name, definition.marks.span())


def _study(review: Review, study: str) -> str:
    known = review.evidence.studies.get(study)
    return known.name if known else study
