"""Checks on the rules of markers: vacuous clauses, gaps between bands, thresholds out of reach."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.expression.english import say_number
from paucity.expression.nodes import And, Compare, Number
from paucity.response.bands import (
    Demand,
    counted,
    demand,
    distinct,
    evaluated,
    gaps,
    gives_points,
    let_in,
    overlaps,
    parts,
    rules_of,
    say_baseline,
    say_percent,
)
from paucity.response.language import Rule, span_in, walk, written
from paucity.response.model import found
from paucity.response.planes import (
    Constraint,
    Interval,
    Region,
    baselines,
    feasible,
    implies,
    joined,
    ratios,
    values,
    witness,
)
from paucity.response.rules import NotLinearError, conjuncts, constraints, regions
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.expression import Node
    from paucity.response.model import Band, Definition, Marker

_ONE: Final = Fraction(1)


def _rules(definition: Definition) -> Iterator[tuple[Marker, Band, str, Rule]]:
    """Yield every rule for a state, of every band once."""
    for marker in definition.markers:
        for band in distinct(marker)[0]:
            for state, rule in rules_of(band).items():
                yield marker, band, state, rule


def _from(band: Band, marker: Marker) -> str:
    """Return which baselines a band is for, in words that begin with a space."""
    intervals = let_in(band)
    if band.when is None:
        return ""
    if not intervals:
        return f" where {written(band.when.node)}"
    return f" for {say_baseline(intervals, marker.unit)}"


def clause_vacuous(definition: Definition) -> Iterator[Finding]:
    """Find a clause that its neighbours already imply, so that it never decides anything.

    A source that prints such a clause meant something else: a lost decimal, or a band that was
    displaced.
    """
    for marker, band, _, rule in _rules(definition):
        kept = list(conjuncts(rule.node))
        for clause in tuple(kept):
            rest = [c for c in kept if c is not clause]
            if len(kept) < 2 or not (implied := _implied(band, rest, clause)):
                continue
            kept = rest
            beside = " and ".join(f"`{written(c)}`" for c in rest)
            message = (
                f"`{written(clause)}` decides nothing{_from(band, marker)}: {beside} implies it"
            )
            figures = _figures(clause, implied, marker)
            span = span_in(rule, clause)
            hint = "check both thresholds against the source; one of them is probably misprinted"
            yield found(
                "clause-vacuous",
                Severity.WARNING,
                definition,
                span,
                f"{message}{figures}",
                about=marker.name.name,
                hint=hint,
            )


def _implied(band: Band, rest: Sequence[Node], clause: Node) -> tuple[Region, ...]:
    """Return where the rest holds in the band, if the clause holds wherever it does."""
    if not isinstance(clause, Compare):
        return ()
    try:
        wanted = constraints(clause)
        others = regions(And(tuple(rest))) if rest else (Region(),)
    except NotLinearError:
        return ()
    when = parts(band.when)
    if when is None or any(c.value == 0 for c in wanted):
        return ()
    where = tuple(r for w in when for o in others if feasible(r := joined(w, o)))
    sure = all(implies(region, c) for region in where for c in wanted)
    return where if sure else ()


def _figures(clause: Node, where: Sequence[Region], marker: Marker) -> str:
    """Return the tightest case of a vacuous clause in figures, as an aside."""
    assert isinstance(clause, Compare)  # noqa: S101
    (limit, *_) = constraints(clause)
    if limit.constant or len(where) != 1:
        return ""
    span = ratios(where[0])
    end = None if span is None else span.low if limit.value > 0 else span.high
    if end is None:
        return ""
    closed = tuple(
        Constraint(c.baseline, c.value, c.constant, strict=False) for c in where[0].constraints
    )
    edge = (Constraint(-end, _ONE, Fraction(0)), Constraint(end, -_ONE, Fraction(0)))
    point = witness(Region((*closed, *edge)))
    if point is None:
        return ""
    change = say_percent(abs(end - 1))
    sign = "+" if end >= 1 else "-"
    side = "above" if limit.value > 0 else "below"
    figure = f"{side} {say_number(point.value)}"
    return (
        f" (even from {say_number(point.baseline)}, {figure} {marker.unit}".rstrip()
        + f" is already {sign}{change})"
    )


def rule_impossible(definition: Definition) -> Iterator[Finding]:
    """Find a rule that no baseline and value can satisfy.

    Such a marker can never count, so everyone is judged on fewer markers than the text says.
    """
    for marker, band, state, rule in _rules(definition):
        where = counted(band, rule)
        if where is not None and not any(map(feasible, where)):
            message = f"nothing can satisfy `{written(rule.node)}`{_from(band, marker)}"
            hint = f"correct the rule for `{state}` or the baselines it is for"
            yield found(
                "rule-impossible",
                Severity.ERROR,
                definition,
                rule.marks.span(),
                message,
                about=marker.name.name,
                hint=hint,
            )


def threshold_beyond_band(definition: Definition) -> Iterator[Finding]:
    """Find an improvement that demands more than leaving the range the definition calls abnormal.

    The highest baseline that a definition still judges is where it stops calling the marker low.
    If improvement demands a value beyond that, a partial response asks for more than normal.
    """
    for marker in definition.markers:
        judged = evaluated(marker)
        for band in distinct(marker)[0] if judged else ():
            if band.improved and judged and (beyond := _beyond(band, judged)):
                needed, limit, above = beyond
                side, abnormal = ("above", "low") if above else ("below", "high")
                unit = f" {marker.unit}".rstrip()
                span = _threshold_span(band.improved, needed)
                message = (
                    f"improvement{_from(band, marker)} needs a value {side} {say_number(needed)}"
                    f"{unit}, but {side} {say_number(limit)}{unit} the definition no longer counts"
                    f" a baseline as {abnormal}: a value between the two is out of the abnormal"
                    " range and still not improved"
                )
                hint = "a partial response asks for more here than a complete one can"
                yield found(
                    "threshold-beyond-band",
                    Severity.WARNING,
                    definition,
                    span,
                    message,
                    about=marker.name.name,
                    hint=hint,
                )


def _beyond(band: Band, judged: Interval) -> tuple[Fraction, Fraction, bool] | None:
    """Return the value needed, the end of the judged baselines, and whether it lies above."""
    needs = demand(band)
    where = [r for r in counted(band, band.improved) or () if baselines(r) is not None]
    spans = [s for r in where if (s := values(r)) is not None]
    if needs is None or not spans:
        return None
    if needs.rise:
        low = min(s.low or Fraction(0) for s in spans)
        return (low, judged.high, True) if judged.high is not None and low > judged.high else None
    highs = [s.high for s in spans if s.high is not None]
    if len(highs) < len(spans) or not judged.low or max(highs) >= judged.low:
        return None
    return max(highs), judged.low, False


def _threshold_span(rule: Rule, value: Fraction) -> Span:
    """Return where a number stands in a rule; the rule if it is not written there."""
    for node in walk(rule.node):
        if isinstance(node, Number) and node.value == value:
            return span_in(rule, node)
    return rule.marks.span()


def bands_gap(definition: Definition) -> Iterator[Finding]:
    """Find baselines that no band of a marker lets in: the marker is not evaluable there.

    A gap between two bands is a slip. A gap at an end is a decision, which readers should know:
    these people can improve in fewer markers than others. In a score a gap between two bands gives
    no points to the values in it.
    """
    for marker in definition.markers:
        missing = gaps(marker)
        inner = [g for g in missing if _is_inner(g)]
        outer = [g for g in missing if g not in inner and not gives_points(marker)]
        for group, severity in ((inner, Severity.WARNING), (outer, Severity.NOTE)):
            if group:
                said = say_baseline(group, marker.unit, _what(marker))
                message = f"{marker.label} is not evaluable for {said}: no band lets it in"
                if gives_points(marker):
                    message = f"{marker.label} gives no points for {said}: no band lets it in"
                hint = "let one band begin where the other ends" if group is inner else ""
                about = marker.name.name
                span = marker.bands[0].marks.span(_where(marker))
                yield found(
                    "bands-gap", severity, definition, span, message, about=about, hint=hint
                )


def _what(marker: Marker) -> str:
    return "value" if gives_points(marker) else "baseline"


def _where(marker: Marker) -> str:
    """Return the field that says which numbers a band of the marker is for."""
    return "met" if gives_points(marker) else "when"


def _is_inner(gap: Interval) -> bool:
    """Tell whether bands lie on both sides of a gap."""
    return gap.high is not None and (bool(gap.low) or gap.low_open)


def bands_overlap(definition: Definition) -> Iterator[Finding]:
    """Find baselines that two bands of a marker both let in, or values that two give points to.

    The first band decides there, which the text may not have meant, least of all at a boundary.
    """
    for marker in definition.markers:
        for one, other, common in overlaps(marker):
            rule = one.met if gives_points(marker) else one.when
            first = f"`{written(rule.node)}`" if rule else "the band without `when`"
            which = say_baseline([common], marker.unit, _what(marker))
            message = (
                f"{which} is let in by two bands of {marker.label}; {first} comes first and decides"
            )
            yield found(
                "bands-overlap",
                Severity.WARNING,
                definition,
                other.marks.span(_where(marker)),
                message,
                about=marker.name.name,
                hint="write both ends of each band, such as `baseline between 0.5 and 2.0`",
            )


def baseline_zero(definition: Definition) -> Iterator[Finding]:
    """Find a relative rise asked of a baseline that may be 0, where it is undefined.

    Counts can be 0. A rise by 100% from 0 is no number; the level that is to be reached must
    decide, and the source ought to say so.
    """
    for marker, band, _, rule in _rules(definition):
        intervals = let_in(band)
        zero = bool(band.when and intervals) and any(
            i.low == 0 and not i.low_open for i in intervals or ()
        )
        needs = demand(band)
        if not zero or needs is None or not needs.rise:
            continue
        for clause in conjuncts(rule.node):
            names = {getattr(n, "name", "") for n in walk(clause)}
            if names & {"percent_change", "fold_increase"}:
                message = (
                    f"`{written(clause)}` is undefined for a baseline of 0, which the band"
                    f"{_from(band, marker)} lets in"
                )
                yield found(
                    "baseline-zero",
                    Severity.NOTE,
                    definition,
                    span_in(rule, clause),
                    message,
                    about=marker.name.name,
                    hint="say which clause decides there",
                )


def headline_differs(definition: Definition) -> Iterator[Finding]:
    """Find a marker whose own rule demands another improvement than the headline announces.

    Readers quote the headline. Where a marker asks for more, fewer people respond than it says.
    """
    headline = definition.headline
    if headline is None or not isinstance(headline.node, Compare):
        return
    right = headline.node.right
    assert isinstance(right, Number)  # noqa: S101
    for marker in definition.markers:
        said: dict[str, list[str]] = {}
        first: Rule | None = None
        for band in distinct(marker)[0]:
            needs = demand(band)
            if needs is not None and needs.least != right.value:
                first = first or band.improved
                said.setdefault(_demanded(needs), []).append(_from(band, marker))
        if first is not None:
            demands = [f"{what}{' or'.join(where)}" for what, where in said.items()]
            message = (
                f"{marker.label} needs {', and '.join(demands)}; the headline announces"
                f" {say_percent(right.value)}"
            )
            about = marker.name.name
            span = first.marks.span()
            yield found("headline-differs", Severity.NOTE, definition, span, message, about=about)


def _demanded(needs: Demand) -> str:
    word = "more than" if needs.strict else "at least"
    return f"a {'rise' if needs.rise else 'fall'} of {word} {say_percent(needs.least)}"


def duplicate_clause(definition: Definition) -> Iterator[Finding]:
    """Find a band that is printed twice.

    The repeat changes nothing, but it may stand where the source meant to print another band.
    """
    for marker in definition.markers:
        for first, repeat in distinct(marker)[1]:
            rules = ", ".join(f"`{written(rule.node)}`" for rule in rules_of(repeat).values())
            line = first.marks.span().line
            message = f"the band{_from(repeat, marker)} with {rules} stands on line {line} already"
            yield found(
                "duplicate-clause",
                Severity.WARNING,
                definition,
                repeat.marks.span(),
                message,
                about=marker.name.name,
                hint="keep it as printed, and say in a note which band it may have displaced",
            )


MARKER_CHECKS: Final = (
    clause_vacuous,
    rule_impossible,
    threshold_beyond_band,
    bands_gap,
    bands_overlap,
    baseline_zero,
    headline_differs,
    duplicate_clause,
)
