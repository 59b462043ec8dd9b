"""Make the rules of levels and criteria, and the items of a score, ready to compute."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from paucity.expression.nodes import And, Compare, Counted, Is, Name, Not, Number, Or
from paucity.response.criteria import met
from paucity.response.language import OTHERWISE, SCORE, children, written
from paucity.response.linear import NotComputableError
from paucity.response.model import countable, points_in
from paucity.response.plan import (
    AllRules,
    Always,
    AnyRule,
    CountOf,
    CountRules,
    Item,
    LevelRule,
    MarkerIs,
    Named,
    NotRule,
    ScoreIs,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paucity.expression import Node
    from paucity.response.criteria import Criterion
    from paucity.response.model import Definition

MAX_ASKED: Final = 2_000
"""Most questions about markers that the rules of a definition may come to, criteria written out."""

MAX_POINTS: Final = 10**6
"""Points are smaller, and are whole when multiplied by it."""

POINTS: Final = "points"
"""How the states of a marker are called that give points: `points 0` is its first band."""


class LevelPlanner:
    """Compiles the rules of one definition that are over markers.

    Attributes:
        compared: comparisons of markers with numbers that were asked for, by marker and state.
    """

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.compared: dict[tuple[str, str], Compare] = {}
        self._check_points()
        self._check_size()
        self.criteria: dict[str, Named] = {}
        for criterion in definition.criteria:
            self.criteria[criterion.name] = self._criterion(criterion)
        self.items = tuple(self._items())

    def _check_points(self) -> None:
        """Refuse points that no published score has, which tables could not add exactly."""
        given = [points for points in points_in(self.definition) if points]
        if any(abs(p) >= MAX_POINTS or (Fraction(p) * MAX_POINTS).denominator != 1 for p in given):
            raise NotComputableError("points have at most 6 digits before and after their point")

    def _check_size(self) -> None:
        """Refuse criteria that, written out, ask more than is computed."""
        sizes: dict[str, int] = {}

        def size(node: Node) -> int:
            match node:
                case Counted():
                    items = node.items or countable(self.definition, node.state)
                    return sum(sizes.get(item, 1) for item in items)
                case Is(left=Name(name=word)):
                    return sizes.get(word, 1)
            return sum(map(size, children(node))) + 1

        for criterion in self.definition.criteria:
            rules = [b.met.node for b in criterion.bands if b.met]
            sizes[criterion.name] = sum(map(size, rules))
        levels = [level.rule.node for level in self.definition.levels.values() if level.rule]
        if sum(sizes.values()) + sum(map(size, levels)) > MAX_ASKED:
            raise NotComputableError(f"its criteria come to more than {MAX_ASKED} questions")

    def level(self, node: Node) -> LevelRule:
        """Return a rule ready to compute.

        Raises:
            NotComputableError: it means nothing that can be computed.
        """
        match node:
            case Name(name=name) if name == OTHERWISE:
                return Always()
            case And(operands=parts):
                return AllRules(tuple(map(self.level, parts)))
            case Or(operands=parts):
                return AnyRule(tuple(map(self.level, parts)))
            case Not(operand=inner):
                return NotRule(self.level(inner))
            case Counted():
                return self._count(node)
            case Is(left=Name(name=name), right=Name(name=state)):
                return self.criteria.get(name) or MarkerIs(name, state)
            case Compare(left=Name(name=name), operator=operator, right=Number(value=value)) if (
                name == SCORE
            ):
                return ScoreIs(operator, value, self.items)
            case Compare(left=Name(name=marker), operator=operator, right=Number() as right):
                compared = Compare(operator, Name("value"), right)
                state = written(compared)
                self.compared[marker, state] = compared
                return MarkerIs(marker, state)
        raise NotComputableError(f"`{written(node)}` is not a rule that can be computed")

    def _count(self, node: Counted) -> LevelRule:
        items = node.items or countable(self.definition, node.state)
        least = len(items) if node.least is None else node.least
        if not any(item in self.criteria for item in items):
            return CountOf(node.state, least, items)
        parts = tuple(self.criteria.get(i) or MarkerIs(i, node.state) for i in items)
        return CountRules(node.state, least, parts)

    def _criterion(self, criterion: Criterion) -> Named:
        rules = [self.level(b.met.node) for b in met(criterion.bands) if b.met]
        label = criterion.label or criterion.name
        if not rules:
            return Named(criterion.name, label, NotRule(Always()))
        return Named(criterion.name, label, rules[0] if len(rules) == 1 else AnyRule(tuple(rules)))

    def _items(self) -> Iterator[Item]:
        for marker in self.definition.markers:
            bands = tuple(
                (Fraction(band.points), MarkerIs(marker.name.name, f"{POINTS} {i}"))
                for i, band in enumerate(marker.bands)
                if band.points is not None and band.met
            )
            if bands:
                yield Item(marker.name.name, marker.label or marker.name.name, bands)
        for criterion in self.definition.criteria:
            given = tuple(
                (Fraction(band.points), self.level(band.met.node))
                for band in criterion.bands
                if band.points is not None and band.met
            )
            if given:
                yield Item(criterion.name, criterion.label or criterion.name, given)
