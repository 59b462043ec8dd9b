"""Parameters of a definition put into its rules: their defaults, or what was chosen instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from paucity.expression import ExpressionError, parse
from paucity.expression.nodes import Name, Number
from paucity.response.language import (
    STATES,
    Rule,
    mapped,
    misuses_in_level,
    misuses_in_marker,
    too_deep,
    walk,
    with_names,
    written,
)
from paucity.response.model import STATES_OF_BAND, scored
from paucity.text import Finding, Severity, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from paucity.expression import Node
    from paucity.response.language import Misuse, Names
    from paucity.response.model import Band, Definition


def parameters_in(node: Node, names: Mapping[str, object]) -> frozenset[str]:
    """Return the parameters that an expression names."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Name) and n.name in names)


def substituted(node: Node, values: Mapping[str, Node]) -> Node:
    """Return an expression with the values of parameters in the place of their names.

    >>> from fractions import Fraction
    >>> written(substituted(parse("value >= limit"), {"limit": Number(Fraction(5))}))
    'value >= 5'
    """

    def visit(n: Node) -> Node:
        if isinstance(n, Name) and n.name in values:
            return _moved(values[n.name], n.column)
        return mapped(n, visit)

    return visit(node)


def _moved(node: Node, column: int) -> Node:
    """Return an expression that stands as a whole at a column."""
    return replace(mapped(node, lambda n: _moved(n, column)), column=column)


def with_defaults(rule: Rule, values: Mapping[str, Node]) -> Rule:
    """Return a rule with the defaults of its parameters, the names kept in its template."""
    if not parameters_in(rule.node, values):
        return rule
    return replace(rule, template=rule.node, node=substituted(rule.node, values))


def choose_parameters(
    definition: Definition, chosen: Mapping[str, str], name: Names
) -> tuple[Definition, list[Finding]]:
    """Return a definition with chosen values in the place of its parameters' defaults.

    Args:
        definition: as read.
        chosen: a number or rule by parameter, as it would be written in the definition.
        name: gives the marker that a word stands for.

    Returns:
        The definition, and what is wrong with the choices; the default stays for those. A choice
        that cannot be used is an error, after which nothing is computed.
    """
    values: dict[str, Node] = {}
    findings = []
    for key, text in chosen.items():
        node, fault, hint = _read(definition, key, text, name)
        if node is None:
            findings.append(_finding(definition, key, fault, hint))
            continue
        values[key] = node
    if not values:
        return definition, findings
    defaults = {k: p.default.node for k, p in definition.parameters.items()}
    taken = _with(definition, {**defaults, **values})
    for key, misuse in _misuses(taken, values, name):
        message = f"`{chosen[key]}` cannot stand for {key}: {misuse.message}"
        findings.append(_finding(definition, key, message, misuse.hint))
        values.pop(key, None)
    taken = _with(definition, {**defaults, **values})
    parameters = {
        k: replace(p, default=replace(p.default, text=written(values[k]), node=values[k]))
        if k in values
        else p
        for k, p in definition.parameters.items()
    }
    return replace(taken, parameters=parameters), findings


def _finding(definition: Definition, key: str, message: str, hint: str) -> Finding:
    """Return the finding; a parameter of another definition that is assessed beside is no error."""
    subject = f"{definition.name}/parameters/{key}"
    span = definition.marks.span("parameters")
    severity = Severity.ERROR if key in definition.parameters else Severity.WARNING
    return Finding("parameter-not-taken", severity, span, message, hint, subject)


def _read(definition: Definition, key: str, text: str, name: Names) -> tuple[Node | None, str, str]:
    """Return what was chosen for a parameter, or what is wrong with it and what to do."""
    known = definition.parameters
    label = definition.label or definition.name
    if key not in known:
        hint = did_you_mean(key, known) or f"known: {', '.join(known) or 'none'}"
        return None, f"{label} has no parameter `{key}`", hint
    listed = " or ".join([known[key].default.text, *(v.take.text for v in known[key].variants)])
    try:
        node = parse(text)
    except ExpressionError as error:
        return None, f"`{text[:60]}` for {key}: {error.message}", f"write {listed}"
    if isinstance(node, Number) is not isinstance(known[key].default.node, Number):
        return None, f"`{text[:60]}` cannot stand for {key}", f"write {listed}"
    if too_deep(node):
        return None, f"`{text[:60]}` for {key} is nested too deep", f"write {listed}"
    return with_names(node, name), "", ""


def _with(definition: Definition, values: Mapping[str, Node]) -> Definition:
    """Return a definition whose rules have these values in them."""

    def rule(old: Rule | None) -> Rule | None:
        if old is None or old.template is None:
            return old
        return replace(old, node=substituted(old.template, values))

    def band(old: Band) -> Band:
        return replace(
            old,
            when=rule(old.when),
            improved=rule(old.improved),
            resolved=rule(old.resolved),
            normal=rule(old.normal),
            met=rule(old.met),
        )

    return replace(
        definition,
        markers=tuple(replace(m, bands=tuple(map(band, m.bands))) for m in definition.markers),
        criteria=tuple(
            replace(c, bands=tuple(replace(b, met=rule(b.met)) for b in c.bands))
            for c in definition.criteria
        ),
        levels={n: replace(v, rule=rule(v.rule)) for n, v in definition.levels.items()},
    )


def _misuses(
    definition: Definition, values: Mapping[str, Node], name: Names
) -> Iterator[tuple[str, Misuse]]:
    """Yield what means nothing where a chosen value stands, with its parameter."""
    for marker in definition.markers:
        states = STATES | set(marker.values)
        for band in marker.bands:
            for key in ("when", *STATES_OF_BAND):
                rule = getattr(band, key)
                misuses = misuses_in_marker(rule.node, states, early=key == "when") if rule else ()
                yield from _blamed(rule, values, misuses)
    known = [m.name.name for m in definition.markers]
    criteria = [c.name for c in definition.criteria]
    rules = [b.met for c in definition.criteria for b in c.bands]
    rules += [level.rule for level in definition.levels.values()]
    for rule in filter(None, rules):
        misuses = misuses_in_level(rule.node, name, known, criteria, scored=scored(definition))
        yield from _blamed(rule, values, misuses)


def _blamed(
    rule: Rule | None, values: Mapping[str, Node], misuses: Iterator[Misuse] | tuple[()]
) -> Iterator[tuple[str, Misuse]]:
    if rule is None or rule.template is None:
        return
    for misuse in misuses:
        for key in sorted(parameters_in(rule.template, values)):
            yield key, misuse
