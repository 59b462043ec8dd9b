"""The points of a score and its printed probability as columns of a table.

Points are whole numbers there: they are multiplied by one number that makes all of them whole.
"""

from __future__ import annotations

from functools import reduce
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING, Any, Final

from paucity.response.scoring import Points, probability_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from paucity.response.criteria import ProbabilityRow

_NEVER: Final = 10**15
"""More points than any score has, for what cannot be."""


class Scored:
    """The items of one score, as truths in columns.

    Args:
        ibis: the library.
        bands: points and truth of each item's rules, in order.
        number: of the assessment, in the names of columns.
    """

    def __init__(self, ibis: Any, bands: list[list[tuple[Fraction, Any]]], number: int) -> None:
        self.ibis = ibis
        self.bands = bands
        self.number = number
        self.scale = lcm(*(p.denominator for item in bands for p, _ in item))
        self.least = f"score_least_{number}"
        self.most = f"score_most_{number}"

    def ends(self, item: int) -> tuple[str, str]:
        """Return the names of the columns with the least and the most points of an item."""
        return f"item_least_{self.number}_{item}", f"item_most_{self.number}_{item}"

    def items(self) -> dict[str, Any]:
        """Return the least and the most points of each item."""
        out = {}
        for i, bands in enumerate(self.bands):
            least, most = self.ends(i)
            possible = list(self._possible(bands))
            out[least] = self._extreme(possible, most=False)
            out[most] = self._extreme(possible, most=True)
        return out

    def _possible(self, bands: list[tuple[Fraction, Any]]) -> Iterator[tuple[int, Any]]:
        """Yield points with whether they are possible; 0 where no rule need hold."""
        going = self.ibis.literal(True)  # noqa: FBT003
        for points, truth in bands:
            yield int(points * self.scale), going & truth.fill_null(True)  # noqa: FBT003
            going = going & ~truth.fill_null(False)  # noqa: FBT003
        yield 0, going

    def _extreme(self, possible: list[tuple[int, Any]], *, most: bool) -> Any:
        never = -_NEVER if most else _NEVER
        ends = [
            self.ibis.ifelse(
                can, self.ibis.literal(points, "int64"), self.ibis.literal(never, "int64")
            )
            for points, can in possible
        ]
        return (self.ibis.greatest if most else self.ibis.least)(*ends)

    def totals(self, whole: Any) -> dict[str, Any]:
        """Return the least and the most of the score, from the columns of its items."""
        names = [self.ends(i) for i in range(len(self.bands))]
        sides = zip((self.least, self.most), zip(*names, strict=True), strict=True)
        return {
            total: reduce(lambda a, b: a + b, [whole[name] for name in columns])
            for total, columns in sides
        }


def score_truth(ibis: Any, whole: Any, scored: Scored, operator: str, value: Fraction) -> Any:
    """Return whether a score is above, below or at a number, null where that is not known.

    Args:
        ibis: the library.
        whole: has the columns of the score.
        scored: the score.
        operator: of the comparison.
        value: the number.
    """
    least, most = whole[scored.least], whole[scored.most]
    limit = value * scored.scale
    low, high = limit.__floor__(), limit.__ceil__()
    match operator:
        case ">=":
            return ibis.cases((least >= high, True), (most < high, False))
        case ">":
            return ibis.cases((least > low, True), (most <= low, False))
        case "<=":
            return ibis.cases((most <= low, True), (least > low, False))
        case "<":
            return ibis.cases((most < high, True), (least >= high, False))
    if low != high:
        return ibis.literal(operator == "!=")
    at = (least == low) & (most == low)
    beside = (least > low) | (most < low)
    return ibis.cases((at, operator == "=="), (beside, operator != "=="))


def probabilities(
    ibis: Any, least: Any, most: Any, scale: int, rows: Sequence[ProbabilityRow]
) -> tuple[Any, Any]:
    """Return the least and the most probability in percent that a printed table gives.

    Args:
        ibis: the library.
        least: the least score, times `scale`.
        most: the most, likewise.
        scale: what points are multiplied by.
        rows: the table, by score.
    """
    return _side(ibis, least, scale, rows, most=False), _side(ibis, most, scale, rows, most=True)


def _side(ibis: Any, score: Any, scale: int, rows: Sequence[ProbabilityRow], *, most: bool) -> Any:
    def at(place: Fraction) -> Fraction:
        found = probability_of(Points(place, place), rows)
        if found is None:
            raise ValueError("a table without rows gives no probability")
        return found.high if most else found.low

    branches = []
    for before, after in pairwise(rows):
        start, end = before.score * scale, after.score * scale
        here = (score > float(start)) & (score < float(end))
        middle = (before.score + after.score) / 2
        if before.share.bound or after.share.bound:
            branches.append((here, float(at(middle))))
            continue
        slope = (after.share.low - before.share.low) / (end - start)
        branches.append((here, float(before.share.low) + (score - float(start)) * float(slope)))
    exact = [(score == float(r.score * scale), float(at(r.score))) for r in rows]
    below = float(at(rows[0].score - 1))
    above = float(at(rows[-1].score + 1))
    cases = [*exact, *branches, (score < float(rows[0].score * scale), below)]
    return ibis.cases(*cases, else_=above).cast("float64")
