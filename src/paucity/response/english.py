"""Say a definition in English, one statement to a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.expression import say
from paucity.response.bands import distinct, rules_of
from paucity.response.english_criteria import (
    Line,
    labels_of,
    say_criteria,
    say_example,
    say_parameters,
    say_probability,
)
from paucity.response.english_rules import say_level, say_points, say_rule, where
from paucity.response.model import Definition, Failure, Marker, scale_of
from paucity.spread import say_duration

if TYPE_CHECKING:
    from collections.abc import Iterator


_STATUS: Final = {
    "verified": "verified against the publication",
    "secondary": "read in a secondary source",
    "unverified": "not verified",
}


def say_definition(definition: Definition) -> tuple[Line, ...]:
    """Return a definition in English.

    Args:
        definition: the definition.

    Returns:
        Its statements in the order they are best read: what it is, when it is assessed, markers,
        levels, signs, then what is unstated, ambiguous or changed, and a worked example. Where it
        has them, the parameters come before the markers, and remarks on them and the criteria
        after.

    >>> from paucity.response.load import load_definition
    >>> marsh, _ = load_definition("marsh-2013-emended")
    >>> [line.text for line in say_definition(marsh) if line.about == "ferritin"]
    ['ferritin: improved if down by at least 25%']
    """
    return tuple(_lines(definition))


def _lines(d: Definition) -> Iterator[Line]:
    basis = "computable" if d.basis == "rule" else "in words only"
    what = f"{d.label or d.name}: {d.kind}, {basis}, {_STATUS[d.status]}"
    yield Line("definition", d.name, what)
    if d.variant_of:
        yield Line("definition", "variant_of", f"another reading of {d.variant_of}")
    yield from _assessment(d)
    yield from say_parameters(d)
    for marker in d.markers:
        for text in say_marker(marker):
            yield Line("markers", marker.name.name, text)
    yield from _notes(d)
    yield from say_criteria(d)
    yield from _levels(d)
    yield from say_probability(d)
    if d.signs:
        signs = ", ".join(sign.name or sign.printed for sign in d.signs)
        yield Line("signs", "", f"signs: {signs}")
    remarks = (("unstated", d.unstated), ("ambiguous", d.ambiguous), ("emended", d.emends))
    for part, said in remarks:
        for remark in said:
            default = f" (taken as: {remark.default})" if remark.default else ""
            yield Line(part, remark.about, f"{remark.text}{default}")
    yield from say_example(d)


def _assessment(d: Definition) -> Iterator[Line]:
    if d.assess:
        after = f" after {d.assess.after}" if d.assess.after else ""
        if d.assess.by:
            text = f"assessed within {say_duration(d.assess.by)}{after}"
            yield Line("assessment", "by", text)
        if d.assess.at:
            times = " and ".join(say_duration(t) for t in d.assess.at)
            yield Line("assessment", "at", f"assessed at {times}{after}")
    if d.assess and d.assess.since:
        text = f"values count from {say_duration(d.assess.since)} before the index"
        yield Line("assessment", "since", text)
    if d.headline:
        yield Line("assessment", "headline", f"announced as: {say(d.headline.node)}")


def _notes(d: Definition) -> Iterator[Line]:
    """Yield what the definition remarks on its markers and criteria, each remark once."""
    labels = labels_of(d)
    notes = [(m.name.name, b.note) for m in d.markers for b in m.bands]
    notes += [(c.name, b.note) for c in d.criteria for b in c.bands]
    for name, note in dict.fromkeys(notes):
        if note:
            yield Line("remarks", name, f"{labels[name]}: {note}")


def _levels(d: Definition) -> Iterator[Line]:
    labels = labels_of(d)
    for name, level in d.levels.items():
        yield Line("levels", name, f"{name}: {say_level(level, labels)}")
    for name in scale_of(d):
        if name not in d.levels:
            yield Line("levels", name, f"{name}: not defined")
    if d.fails:
        yield Line("levels", "fails", _say_failure(d.fails))


def _say_failure(fails: Failure) -> str:
    time = say_duration(fails.after)
    longer = " or more" if fails.or_longer else ""
    therapy = f" of {fails.therapy}" if fails.therapy else ""
    by = f", as {fails.definition} defines it" if fails.definition else ""
    return f"refractory: no {fails.level} or better{by}, after {time}{longer}{therapy}"


def say_marker(marker: Marker) -> tuple[str, ...]:
    """Return what a definition asks of a marker, one sentence for each band and state.

    Args:
        marker: the marker; a band that is printed twice is said once.
    """
    out = []
    narrowed = False
    for band in distinct(marker)[0]:
        rest = ", otherwise" if narrowed and band.when is None and band.points is None else ""
        start = f"{marker.label}{where(band, marker.unit)}{rest}"
        narrowed |= band.when is not None
        for state, rule in rules_of(band).items():
            what = say_points(band.points) if state == "met" and band.points is not None else state
            out.append(f"{start}: {what} if {say_rule(rule, marker.unit)}")
    if marker.baseline_window and marker.baseline_window.duration:
        time = say_duration(marker.baseline_window.duration)
        out.append(f"{marker.label}: the baseline is at most {time} old")
    if marker.window:
        time = say_duration(marker.window.duration) if marker.window.duration else ""
        out.append(f"{marker.label}: judged {f'by {time}' if time else 'at no stated time'}")
    return tuple(out) or (f"{marker.label}: no rule of its own",)
