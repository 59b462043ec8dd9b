"""Checks of definitions: what cannot be computed, what is unsaid, what contradicts itself.

Each check is a plain function over a definition, or over several; its docstring is its
documentation. None of them knows a disease.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Or
from paucity.response.bands import rules_of
from paucity.response.language import OTHERWISE, children, span_in, walk
from paucity.response.lint_criteria import CRITERIA_CHECKS
from paucity.response.lint_markers import MARKER_CHECKS
from paucity.response.lint_together import LIBRARY_CHECKS
from paucity.response.lint_units import UNIT_CHECKS
from paucity.response.model import Definition, Level, Marker, countable, found, scale_of, scored
from paucity.text import Finding, Severity, in_order

if TYPE_CHECKING:
    from paucity.expression import Node

Check = Callable[[Definition], Iterator[Finding]]

_IMPROVE: Final = re.compile(r"\bimprov", re.IGNORECASE)


def normal_without_limits(definition: Definition) -> Iterator[Finding]:
    """Find a level that rests on normal values where the definition gives no limits of normal.

    Who reaches it then depends on the laboratory, so the limits must come with the data.
    """
    for name, level in definition.levels.items():
        if level.rule is None:
            continue
        needed = {m for n in walk(level.rule.node) for m in _asked(definition, n, "normal")}
        lacking = [
            m.label
            for m in definition.markers
            if m.name.name in needed and m.measured and not any(b.normal for b in m.bands)
        ]
        if lacking:
            message = (
                f"{name} asks for normal values of {_list(lacking)}, and no limits of normal are"
                " given"
            )
            hint = "limits must come with the data, by laboratory and age"
            about, span = f"levels/{name}", level.rule.marks.span()
            code = "normal-without-limits"
            yield found(code, Severity.WARNING, definition, span, message, about=about, hint=hint)


def _asked(definition: Definition, node: Node, state: str) -> Iterator[str]:
    """Yield the markers that a part of a level's rule wants in a state."""
    match node:
        case Counted() if node.state == state:
            if node.items:
                yield from node.items
            elif state == "met":
                yield from countable(definition, state)
            else:
                yield from (m.name.name for m in definition.markers if _has(m, state))
        case Is(left=Name(name=marker), right=Name(name=wanted)) if wanted == state:
            yield marker


def _has(marker: Marker, state: str) -> bool:
    """Tell whether a marker counts where all markers in a state are asked for."""
    return state in {"normal", "absent", "present", "resolved"} or any(
        state in rules_of(band) for band in marker.bands
    )


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def window_unstated(definition: Definition) -> Iterator[Finding]:
    """Find a response that has no time of assessment, or a marker that has none.

    Without it a late improvement counts in one study and not in another.
    """
    assess = definition.assess
    computed = definition.kind == "response" and definition.basis == "rule"
    if computed and (assess is None or not (assess.by or assess.at)):
        message = "no time of assessment is given"
        hint = "write `assess: {by: 14 d}`, or list it under `unstated` if the source is silent"
        code, span = "window-unstated", definition.marks.span("assess")
        yield found(code, Severity.WARNING, definition, span, message, hint=hint)
    for marker in definition.markers:
        if marker.window is not None and marker.window.duration is None:
            usual = f"; other markers are judged by {assess.by}" if assess and assess.by else ""
            message = f"{marker.label} has no time by which it must have improved{usual}"
            about, span = marker.name.name, marker.marks.span("window")
            yield found("window-unstated", Severity.WARNING, definition, span, message, about=about)


def unstated(definition: Definition) -> Iterator[Finding]:
    """Report what the source does not state, and what is assumed in its place.

    Whoever computes the definition chooses here, so the choice belongs in the report.
    """
    for remark in definition.unstated:
        taken = f"; taken as: {remark.default}" if remark.default else ""
        message = f"not stated: {remark.text}{taken}"
        span = remark.marks.span("text")
        yield found("unstated", Severity.NOTE, definition, span, message, about=remark.about)


def ambiguous(definition: Definition) -> Iterator[Finding]:
    """Report what can be read in more than one way.

    Two readings are two definitions: the same people can respond under one and not the other.
    """
    for remark in definition.ambiguous:
        span = remark.marks.span("text")
        message = f"can be read in more than one way: {remark.text}"
        hint = "write the other reading as a definition of its own with `variant_of`"
        yield found(
            "ambiguous", Severity.WARNING, definition, span, message, about=remark.about, hint=hint
        )


def markers_asymmetric(definition: Definition) -> Iterator[Finding]:
    """Find markers that one level asks about and the next does not.

    A marker that counts for a complete response alone can keep someone out of it who was never
    judged on it before; one that counts for a partial response alone can be lost on the way up.
    """
    judged = [
        (name, level, markers)
        for name, level in definition.levels.items()
        if level.rule is not None and (markers := _used(definition, level.rule.node))
    ]
    for (better, upper, above), (worse, _, below) in pairwise(judged):
        only_above = [m.label for m in definition.markers if m.name.name in above - below]
        only_below = [m.label for m in definition.markers if m.name.name in below - above]
        said = [
            f"{_list(only)} {'counts' if len(only) == 1 else 'count'} for {one} and not for {other}"
            for only, one, other in ((only_above, better, worse), (only_below, worse, better))
            if only
        ]
        if said and upper.rule:
            about, span = f"levels/{better}", upper.rule.marks.span()
            message = "; ".join(said)
            yield found("markers-asymmetric", Severity.NOTE, definition, span, message, about=about)


def _used(definition: Definition, node: Node) -> frozenset[str]:
    """Return the markers that a level's rule asks about."""
    used: set[str] = set()
    for part in walk(node):
        match part:
            case Counted():
                used.update(_asked(definition, part, part.state))
            case Is(left=Name(name=marker)) | Compare(left=Name(name=marker)):
                used.add(marker)
    return frozenset(used)


def level_undefined(definition: Definition) -> Iterator[Finding]:
    """Find a level of the scale that the definition does not define, or that is only inferred.

    Someone who reaches no defined level may be a non-responder or simply not assessed.
    """
    missing = [name for name in scale_of(definition) if not _defined(definition.levels.get(name))]
    if missing:
        message = f"{_list(missing)} {'is' if len(missing) == 1 else 'are'} not defined"
        span = definition.marks.span("levels")
        hint = "a reported level that is not defined here stands as the authors reported it"
        yield found(
            "level-undefined",
            Severity.WARNING,
            definition,
            span,
            message,
            about="levels",
            hint=hint,
        )
    for name, level in definition.levels.items():
        if level.inferred:
            message = f"{name} is not defined by the source; its rule is inferred: {level.inferred}"
            about, span = f"levels/{name}", level.marks.span("inferred")
            yield found("level-undefined", Severity.NOTE, definition, span, message, about=about)


def _defined(level: Level | None) -> bool:
    return level is not None and (level.rule is not None or bool(level.described))


def level_unreachable(definition: Definition) -> Iterator[Finding]:
    """Find a level that nobody can reach.

    Levels are tried best first, so nobody comes past ``otherwise``; and no one can improve in more
    markers than have a rule.
    """
    taken = ""
    for name, level in definition.levels.items():
        if level.rule is None:
            continue
        about, code = f"levels/{name}", "level-unreachable"
        if taken:
            message = f"{name} stands after {taken}, which takes everyone left over"
            span = level.rule.marks.span()
            yield found(code, Severity.ERROR, definition, span, message, about=about)
        if level.rule.node == Name(OTHERWISE):
            taken = taken or name
        for node in walk(level.rule.node):
            if isinstance(node, Counted) and node.least is not None:
                count = len(set(_asked(definition, node, node.state)))
                if count < node.least:
                    message = (
                        f"{name} asks for at least {node.least} {node.state}, but {count} of the"
                        f" markers can be"
                    )
                    span = span_in(level.rule, node)
                    yield found(code, Severity.ERROR, definition, span, message, about=about)


def complete_by_improvement(definition: Definition) -> Iterator[Finding]:
    """Find a best level that is reached by improvement and not by normal values.

    Such a complete response is a partial one under definitions that ask for normal values, and the
    two must not be added up.
    """
    scale = scale_of(definition)
    level = definition.levels.get(scale[0]) if scale else None
    if level is None:
        return
    by_rule = level.rule is not None and any(_wants_improved(n) for n in _positive(level.rule.node))
    if by_rule or (level.rule is None and _IMPROVE.search(level.described)):
        message = f"{scale[0]} is reached by improvement; other definitions ask for normal values"
        about, span = f"levels/{scale[0]}", level.marks.span("rule" if by_rule else "described")
        hint = "do not pool it with complete responses that ask for normal values"
        code = "complete-by-improvement"
        yield found(code, Severity.WARNING, definition, span, message, about=about, hint=hint)


def _positive(node: Node) -> Iterator[Node]:
    """Yield the parts of an expression that are not negated."""
    if isinstance(node, Not):
        return
    yield node
    if isinstance(node, And | Or):
        for child in children(node):
            yield from _positive(child)


def _wants_improved(node: Node) -> bool:
    match node:
        case Counted(state="improved") | Is(right=Name(name="improved")):
            return True
    return False


def narrative_definition(definition: Definition) -> Iterator[Finding]:
    """Find a definition in words alone: it has no threshold or window, so it cannot be computed.

    Its responses stand as the authors reported them, and cannot be checked or transferred.
    """
    if definition.basis == "narrative":
        lacks = "no threshold" if definition.assess else "no threshold and no time of assessment"
        message = f"the definition is in words and gives {lacks}: it cannot be computed"
        span = definition.marks.span("basis")
        yield found("narrative-definition", Severity.WARNING, definition, span, message)


def rule_missing(definition: Definition) -> Iterator[Finding]:
    """Find a definition that says it is a rule and gives none.

    It would be taken for computable.
    """
    if definition.basis != "rule":
        return
    if definition.kind == "refractoriness":
        lacking = definition.fails is None
        message, field = (
            "`fails` is missing: which level is not reached, and after how long",
            "kind",
        )
    else:
        lacking = not any(level.rule for level in definition.levels.values())
        lacking = lacking and not (definition.kind == "score" and scored(definition))
        message, field = "no level has a rule; write rules, or `basis: narrative`", "levels"
    if lacking:
        span = definition.marks.span(field)
        yield found("rule-missing", Severity.ERROR, definition, span, message)


def sign_unknown(definition: Definition) -> Iterator[Finding]:
    """Find a printed sign that is no known marker or event.

    It is a misprint, or a word the vocabulary lacks.
    """
    for sign in definition.signs:
        if not sign.name:
            hint = f"`{sign.near}` is probably meant" if sign.near else "add it to the vocabulary"
            message = f"`{sign.printed}` is not a known sign"
            about, span = f"signs/{sign.printed}", sign.marks.span()
            yield found(
                "sign-unknown", Severity.NOTE, definition, span, message, about=about, hint=hint
            )


DEFINITION_CHECKS: Final[tuple[Check, ...]] = (
    *MARKER_CHECKS,
    *UNIT_CHECKS,
    *CRITERIA_CHECKS,
    normal_without_limits,
    window_unstated,
    unstated,
    ambiguous,
    markers_asymmetric,
    level_undefined,
    level_unreachable,
    complete_by_improvement,
    narrative_definition,
    rule_missing,
    sign_unknown,
)
"""Every check of a single definition."""


def check_definition(definition: Definition) -> list[Finding]:
    """Return what every check finds in one definition, by place.

    >>> from paucity.response.load import load_definition
    >>> definition, _ = load_definition("strout-2010")
    >>> sorted({finding.code for finding in check_definition(definition)})
    ['level-undefined', 'narrative-definition']
    """
    return in_order(f for check in DEFINITION_CHECKS for f in check(definition))


def check_definitions(definitions: Sequence[Definition]) -> list[Finding]:
    """Return what every check finds in the definitions, each alone and together, by place."""
    alone = [f for definition in definitions for f in check_definition(definition)]
    return in_order([*alone, *(f for check in LIBRARY_CHECKS for f in check(definitions))])
