"""Comparisons of a marker's rule as one linear form, compared with 0.

``percent_change >= 100`` says ``100 value - 200 baseline >= 0``. No division is carried out, so
nothing is rounded, and the same form is evaluated by the reference and compiled for tables.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from paucity.expression.nodes import Arithmetic, Compare, Name, Number
from paucity.response.measured import Measured, exactly

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.expression import Node
    from paucity.logic import Truth

VARIABLES: Final = ("baseline", "value", "lower_limit", "upper_limit")
"""What a form is over."""

Form: TypeAlias = tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
"""Coefficients of the variables, then the constant."""

ZERO: Final = Fraction(0)
_NOTHING: Final[Form] = (ZERO, ZERO, ZERO, ZERO, ZERO)


class NotComputableError(ValueError):
    """A part of a definition that cannot be computed; the message says why."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear form that must be above 0, or not below it unless `strict`.

    Attributes:
        form: coefficients of baseline, value, lower and upper limit, and the constant.
        strict: whether 0 itself is not enough.
        below: the variable that the comparison divides by, or nothing.
        at_rest: whether it holds where both are 0: no change from nothing.
    """

    form: Form
    strict: bool
    below: str = ""
    at_rest: bool = False

    @property
    def constant(self) -> Fraction:
        """Return the constant of the form."""
        return self.form[4]

    @property
    def terms(self) -> tuple[tuple[str, Fraction], ...]:
        """Return the variables the form uses, with their coefficients."""
        return tuple((v, c) for v, c in zip(VARIABLES, self.form, strict=False) if c)


@dataclass(frozen=True, slots=True)
class _Ratio:
    form: Form
    below: str = ""


def _unit_vector(name: str, size: int = 1) -> Form:
    out = [ZERO] * 5
    out[VARIABLES.index(name)] = Fraction(size)
    return (out[0], out[1], out[2], out[3], out[4])


def _sum(a: Form, b: Form) -> Form:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4])


def _times(a: Form, by: Fraction) -> Form:
    return (a[0] * by, a[1] * by, a[2] * by, a[3] * by, a[4] * by)


_QUANTITIES: Final = {
    **{name: _Ratio(_unit_vector(name)) for name in VARIABLES},
    "change": _Ratio(_sum(_unit_vector("value"), _unit_vector("baseline", -1))),
    "percent_change": _Ratio(
        _sum(_unit_vector("value", 100), _unit_vector("baseline", -100)), "baseline"
    ),
    "fold_decrease": _Ratio(_unit_vector("baseline"), "value"),
    "fold_increase": _Ratio(_unit_vector("value"), "baseline"),
}


def _constant(form: Form) -> Fraction | None:
    return form[4] if not any(form[:4]) else None


class _Reader:
    """Turns expressions into forms, with numbers in the marker's unit."""

    def __init__(self, number: Callable[[Number], Fraction]) -> None:
        self.number = number

    def ratio(self, node: Node) -> _Ratio:
        match node:
            case Number():
                return _Ratio((ZERO, ZERO, ZERO, ZERO, self.number(node)))
            case Name(name=name) if name in _QUANTITIES:
                return _QUANTITIES[name]
            case Arithmetic(operator="+" | "-" as operator):
                right = self.ratio(node.right)
                sign = Fraction(1 if operator == "+" else -1)
                return _added(self.ratio(node.left), _Ratio(_times(right.form, sign), right.below))
            case Arithmetic(operator="*"):
                return _multiplied(self.ratio(node.left), self.ratio(node.right))
            case Arithmetic(operator="/"):
                return _divided(self.ratio(node.left), self.ratio(node.right))
        raise NotComputableError("not a number made of baseline, value and limits")


def _over(ratio: _Ratio, below: str) -> Form:
    if ratio.below == below:
        return ratio.form
    constant = _constant(ratio.form)
    if ratio.below or constant is None:
        raise NotComputableError("not linear in baseline and value")
    return _times(_unit_vector(below), constant)


def _added(a: _Ratio, b: _Ratio) -> _Ratio:
    below = a.below or b.below
    return _Ratio(_sum(_over(a, below), _over(b, below)), below)


def _multiplied(a: _Ratio, b: _Ratio) -> _Ratio:
    for factor, other in ((a, b), (b, a)):
        constant = _constant(factor.form)
        if constant is not None and not factor.below:
            return _Ratio(_times(other.form, constant), other.below)
    raise NotComputableError("a product of two measurements")


def _divided(a: _Ratio, b: _Ratio) -> _Ratio:
    if not b.below and (constant := _constant(b.form)):
        return _Ratio(_times(a.form, 1 / constant), a.below)
    if not a.below and not b.below:
        for name in VARIABLES:
            if b.form == _unit_vector(name):
                return _Ratio(a.form, name)
    raise NotComputableError("division by something other than a number or one measurement")


def linear(comparison: Compare, number: Callable[[Number], Fraction]) -> tuple[Linear, ...]:
    """Return the forms that a comparison stands for, all of which must hold.

    Args:
        comparison: any but ``!=``.
        number: gives a number of the rule in the unit of the marker's thresholds.

    Returns:
        One form, or two for ``==``.

    Raises:
        NotComputableError: the comparison is not linear, or is ``!=``.

    >>> from paucity.expression import parse
    >>> (rule,) = linear(parse("fold_decrease > 1.5"), lambda n: n.value)
    >>> rule.terms, rule.strict
    ((('baseline', Fraction(1, 1)), ('value', Fraction(-3, 2))), True)
    """
    reader = _Reader(number)
    left = reader.ratio(_in_percent(comparison.left, comparison.right))
    right = reader.ratio(_in_percent(comparison.right, comparison.left))
    below = left.below or right.below
    form = _sum(_over(left, below), _times(_over(right, below), Fraction(-1)))
    mirrored = _times(form, Fraction(-1))
    match comparison.operator:
        case ">" | ">=":
            return (_linear(form, below, strict=comparison.operator == ">"),)
        case "<" | "<=":
            return (_linear(mirrored, below, strict=comparison.operator == "<"),)
        case "==":
            return (_linear(form, below, strict=False), _linear(mirrored, below, strict=False))
    raise NotComputableError("two values that differ are two regions")


def _in_percent(node: Node, beside: Node) -> Node:
    """Read ``25%`` as 25 where it stands beside ``percent_change``."""
    if isinstance(node, Number) and node.percent and beside == Name("percent_change"):
        return Number(node.value * 100)
    return node


def _linear(form: Form, below: str, *, strict: bool) -> Linear:
    at_rest = sum(form[:4], ZERO)
    return Linear(form, strict, below, at_rest > 0 or (at_rest == 0 and not strict))


def in_unit(rule: Linear, factor: Fraction, offset: Fraction) -> Linear:
    """Return the form over variables in another unit.

    Args:
        rule: over variables in the unit of the thresholds.
        factor: of the conversion from the other unit to that of the thresholds.
        offset: of the same conversion.
    """
    *coefficients, constant = rule.form
    moved = constant + sum((c * offset for c in coefficients), ZERO)
    b, v, low, high = (c * factor for c in coefficients)
    return replace(rule, form=(b, v, low, high, moved))


def holds(rule: Linear, known: dict[str, Measured | None]) -> Truth:
    """Return whether a form holds, unknown where the values known do not decide it.

    Args:
        rule: the form.
        known: the value of each variable, or None where it is missing.

    >>> from paucity.expression import parse
    >>> (rule,) = linear(parse("fold_decrease > 1.5"), lambda n: n.value)
    >>> holds(rule, {"baseline": exactly(3), "value": exactly(2)})
    False
    """
    least: Fraction | None = rule.constant
    most: Fraction | None = rule.constant
    least_reached = most_reached = True
    if rule.below and known[rule.below] is None:
        return None
    for name, size in rule.terms:
        value = known[name]
        if value is None:
            return None
        ends = [(value.low, value.low_open), (value.high, value.high_open)]
        (low, low_open), (high, high_open) = ends if size > 0 else reversed(ends)
        least = None if least is None or low is None else least + size * low
        most = None if most is None or high is None else most + size * high
        least_reached &= not low_open
        most_reached &= not high_open
    truth: Truth = None
    if least is not None and (least > 0 or (least == 0 and not (rule.strict and least_reached))):
        truth = True
    elif most is not None and (most < 0 or (most == 0 and (rule.strict or not most_reached))):
        truth = False
    return _with_rest(rule, known, truth)


def _with_rest(rule: Linear, known: dict[str, Measured | None], truth: Truth) -> Truth:
    """Correct the truth where nothing is divided by nothing: no change from 0 to 0."""
    if not rule.below or rule.at_rest is not rule.strict:
        return truth
    values = [known[name] for name in {rule.below, *(n for n, _ in rule.terms)}]
    if rule.constant or any(v is None or v.low or v.low_open for v in values):
        return truth
    if all(v == _NONE for v in values):
        return rule.at_rest
    return truth if truth is rule.at_rest else None


_NONE: Final = exactly(0)
