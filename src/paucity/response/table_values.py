"""The two values of each marker that count, chosen in a table.

One row for each participant and marker comes out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from math import lcm
from typing import TYPE_CHECKING, Any

from paucity.response.plan_needs import asks_normal, uses_age, uses_limits
from paucity.response.series import EVENT_BITS
from paucity.response.settings import microseconds
from paucity.response.table_pick import pickers
from paucity.response.table_series import BIGINT, NONE, load_ibis

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.response.plan import MarkerPlan, Plan
    from paucity.response.settings import ReferenceLimit, Selection
    from paucity.response.table_series import Scale, Table


class Chooser:
    """Chooses values from the rows of a table, by a plan.

    Args:
        table: the measurements.
        plan: says when values count and which.
    """

    def __init__(self, table: Table, plan: Plan) -> None:
        self.ibis = load_ibis()
        self.table = table
        self.plan = plan
        self.normals = asks_normal(plan)
        self.limits = uses_limits(plan)
        self.ages = table.people and uses_age(plan)
        self.used = [m for m in plan.markers if m.name in table.markers]
        self.finer = {m.name: _finer(m, table.markers[m.name]) for m in self.used}
        self.scales = {m.name: self._scale(m) for m in self.used}
        self.least, self.most = pickers(table.rows)
        largest = max((s.largest for s in self.scales.values()), default=0)
        self.packs = not table.intervals and largest < BIGINT >> _BITS
        """Whether a value and what its limits say of it are picked as one number."""

    def _scale(self, marker: MarkerPlan) -> Scale:
        """Return a marker's scale, made finer where reference limits of the settings need it."""
        known, by = self.table.markers[marker.name], self.finer[marker.name]
        ends = [e for limit in marker.limits for e in (limit.low, limit.high) if e is not None]
        scale = known.scale * by
        largest = max([known.largest * by, *(int(e * scale) for e in ends)])
        return replace(known, scale=scale, largest=largest)

    def code(self, marker: MarkerPlan) -> int:
        """Return the number of a marker in the rows."""
        return self.table.markers[marker.name].code

    def per_marker(self, column: Any, value: Callable[[MarkerPlan], Any], kind: str) -> Any:
        """Return what differs from marker to marker, as one expression."""
        found = {self.code(m): value(m) for m in self.used}
        if len(set(found.values())) == 1:
            return self.ibis.literal(next(iter(found.values())), kind)
        branches = [(column == code, self.ibis.literal(v, kind)) for code, v in found.items()]
        return self.ibis.cases(*branches)

    def pairs(self) -> Any:
        """Return participant, marker, and the values that count with their moments."""
        rows = self.table.rows
        codes = [self.code(m) for m in self.used]
        rows = self._refined(self._in_time(rows.filter(rows.marker.isin(codes))))
        rows = self._censored(self._confounded(rows))
        rows = rows.mutate(**self._windows(rows))
        if any(self.normals):
            rows = rows.mutate(normal=self._normal(rows))
        rows = self._ranked(rows, "before", self.plan.baseline)
        rows = self._ranked(rows, "usable", self.plan.selection)
        out = {"taken": rows.after.any()}
        baseline = self._pick(rows, "before", self.plan.baseline, self.normals[1])
        value = self._pick(rows, "usable", self.plan.selection, self.normals[0])
        out |= {f"b_{name}": column for name, column in baseline.items()}
        out |= {f"v_{name}": column for name, column in value.items()}
        if self.limits:
            limits = self._limits(rows)
            rows = rows.mutate(lower=limits[0], upper=limits[1])
            choose = self._choose(rows, "usable", self.plan.selection)
            out |= {name: choose(rows[name]).nullif(NONE) for name in ("lower", "upper")}
        if self.ages:
            out["age"] = self._choose(rows, "usable", self.plan.selection)(rows.age).nullif(NONE)
        pairs = rows.group_by("participant", "marker").aggregate(**out)
        for side, normal in (("b", self.normals[1]), ("v", self.normals[0])):
            if normal and self.packs:
                pairs = pairs.view()
                both = pairs[f"{side}_low"]
                pairs = pairs.mutate(
                    **{f"{side}_low": both >> _BITS, f"{side}_normal": both & _MASK}
                )
        return pairs.view()

    def _in_time(self, rows: Any) -> Any:
        """Leave out the rows that lie in no window: a marker with only such rows has no value."""
        ends = [m.windows.value_to for m in self.used]
        starts = [m.windows.baseline_from for m in self.used]
        starts += [m.windows.value_from for m in self.used]
        if ends and None not in ends:
            rows = rows.filter(rows["at"] <= max(0, *(end for end in ends if end is not None)))
        if starts and None not in starts:
            rows = rows.filter(rows["at"] >= min(start for start in starts if start is not None))
        return rows

    def _refined(self, rows: Any) -> Any:
        """Multiply values where the scale is finer than the table's."""
        if all(by == 1 for by in self.finer.values()):
            return rows
        wide = any(s.largest >= BIGINT for s in self.scales.values())
        kind = "decimal(38, 0)" if wide else rows.value.type()
        by = self.per_marker(rows.marker, lambda m: self.finer[m.name], "int64").cast(kind)
        names = ["value", "lower", "upper", *(["value_high"] if self.table.intervals else [])]
        finer = {
            n: self.ibis.ifelse(rows[n] == NONE, NONE, (rows[n].cast(kind) * by)).cast(kind)
            for n in names
        }
        return rows.mutate(**finer)

    def _windows(self, rows: Any) -> dict[str, Any]:
        """Return which rows can be baselines, are in the window, and can count there."""
        before = rows.at <= 0
        if any(m.windows.baseline_from is not None for m in self.used):
            start = self.per_marker(rows.marker, lambda m: _start(m.windows.baseline_from), "int64")
            before &= rows.at >= start
        after = rows.at >= self.per_marker(rows.marker, lambda m: m.windows.value_from, "int64")
        if any(m.windows.value_to is not None for m in self.used):
            end = self.per_marker(rows.marker, lambda m: _end(m.windows.value_to), "int64")
            after &= rows.at <= end
        if "censored" in rows.columns:
            after &= rows.censored.isnull() | (rows.at <= rows.censored)
        if "confounded" not in rows.columns:
            return {"before": before, "after": after, "usable": after}
        return {
            "before": before & ~rows.confounded,
            "after": after,
            "usable": after & ~rows.confounded,
        }

    def _censored(self, rows: Any) -> Any:
        events = self.table.events
        if events is None or not self.plan.settings.censor:
            return rows
        events = events.filter(events.event.isin(self.plan.settings.censor))
        ends = events.group_by("participant").aggregate(censored=events["at"].min())
        return rows.left_join(ends, "participant").drop("participant_right")

    def _confounded(self, rows: Any) -> Any:
        """Mark the rows that do not count because of an event before them."""
        out = []
        for confounder in self.plan.settings.confounders:
            codes = [self.code(m) for m in self.used if m.name in confounder.markers]
            if not codes:
                continue
            concerned = rows.marker.isin(codes)
            if bit := EVENT_BITS.get(confounder.event):
                out.append(concerned & ((rows.flags & bit) != 0))
            if self.table.events is None:
                continue
            rows, hit = self._soon_after(rows, codes, confounder.event, confounder.days)
            out.append(hit)
        if not out:
            return rows
        return rows.mutate(confounded=reduce(lambda a, b: a | b, out))

    def _soon_after(self, rows: Any, codes: list[int], event: str, days: Any) -> tuple[Any, Any]:
        """Return the rows with a column that says whether the event came shortly before."""
        events = self.table.events
        events = events.filter(events.event == event).select("participant", since=events["at"])
        name = f"after_{event.replace('-', '_').replace(' ', '_')}_{len(rows.columns)}"
        near = rows.filter(rows.marker.isin(codes)).inner_join(events, "participant")
        span = microseconds(days)
        near = near.filter((near["at"] >= near.since) & (near["at"] - near.since < span))
        near = near.select("participant", "marker", "at").distinct().mutate(**{name: True})
        rows = rows.left_join(near, ["participant", "marker", "at"])
        rows = rows.drop([c for c in rows.columns if c.endswith("_right")])
        return rows, rows[name].fill_null(False)  # noqa: FBT003

    def _ranked(self, rows: Any, where: str, selection: Selection) -> Any:
        """Add the order of values from the best or worst on, where that is what is chosen."""
        if selection not in {"best", "worst"}:
            return rows
        keys = self._goodness(rows, best=selection == "best")
        window = self.ibis.window(
            group_by=[rows.participant, rows.marker, rows[where]], order_by=keys
        )
        return rows.mutate(**{f"rank_{where}": self.ibis.row_number().over(window)})

    def _goodness(self, rows: Any, *, best: bool) -> list[Any]:
        def sign(marker: MarkerPlan) -> int:
            if marker.sign or not marker.direction:
                return 0
            return 1 if (marker.direction == "raised") is best else -1

        def healthy(marker: MarkerPlan) -> int:
            values = self.table.markers[marker.name].values
            return values.index(marker.healthy) if marker.healthy in values else NONE - 1

        signs = self.per_marker(rows.marker, sign, "int64")
        kind = rows.value.type()
        word = self.per_marker(rows.marker, healthy, "int64")
        of_sign = self.per_marker(rows.marker, lambda m: m.sign and bool(m.healthy), "boolean")
        ill = self.ibis.ifelse(of_sign, (rows.value == word) != best, False).cast("int64")  # noqa: FBT003
        low, high = rows.value, rows.value
        endless = self.ibis.literal(0)
        if self.table.intervals:
            endless = (rows.value_high == NONE).cast("int64")
            high = self.ibis.ifelse(rows.value_high == NONE, 0, rows.value_high)
        ordered = self.per_marker(rows.marker, lambda m: bool(m.direction or m.healthy), "boolean")
        at = self.ibis.ifelse(ordered, rows.at, -rows.at)
        factor = signs.cast(kind)
        wide = [(factor * high).cast(kind), (factor * low).cast(kind)]
        return [ill, endless * signs, *wide, at]

    def _choose(self, rows: Any, where: str, selection: Selection) -> Callable[[Any], Any]:
        """Return a function that picks a column's cell in the row that counts."""
        counts = rows[where]
        least, most = self.least, self.most
        if selection in {"best", "worst"}:
            rank = rows[f"rank_{where}"]
            return lambda column: least(column, rank, counts)
        target = self._target(rows, where, selection)
        if target is not None:
            key = (rows.at - target).abs() * 2 + (rows.at > target).cast("int64")
            return lambda column: least(column, key, counts)
        if selection == "first":
            return lambda column: least(column, rows.at, counts)
        return lambda column: most(column, rows.at, counts)

    def _target(self, rows: Any, where: str, selection: Selection) -> Any:
        if selection != "nearest":
            return None
        if where == "before":
            return self.ibis.literal(0, "int64")
        targets = {m.windows.target for m in self.used}
        if targets == {None}:
            return None
        return self.per_marker(rows.marker, lambda m: m.windows.target or _LATE, "int64")

    def _pick(
        self,
        rows: Any,
        where: str,
        selection: Selection,
        normal: bool,  # noqa: FBT001
    ) -> dict[str, Any]:
        choose = self._choose(rows, where, selection)
        at = choose(rows.at)
        if selection == "last":
            at = rows.at.max(where=rows[where])
        elif selection == "first":
            at = rows.at.min(where=rows[where])
        if normal and self.packs:
            return {"low": choose((rows.value << _BITS) + rows.normal.cast("int64")), "at": at}
        out = {"low": choose(rows.value), "at": at}
        if self.table.intervals:
            out |= {"high": choose(rows.value_high)}
            out |= {name: choose(rows[name]) for name in ("low_open", "high_open")}
        if normal:
            out["normal"] = choose(rows.normal)
        return out

    def _limits(self, rows: Any) -> tuple[Any, Any]:
        """Return the reference limits that hold for each row."""
        settings = self.plan.settings
        kind = rows.lower.type()
        branches = []
        for marker in self.used:
            scale = self.scales[marker.name].scale
            for limit in marker.limits:
                ends = [NONE if e is None else int(e * scale) for e in (limit.low, limit.high)]
                applies = (rows.marker == self.code(marker)) & self._applies(rows, limit)
                branches.append((applies, ends))
        own = (rows.lower, rows.upper)
        if not branches:
            return own
        found = []
        for i in (0, 1):
            cases = [(a, self.ibis.literal(e[i], "int64").cast(kind)) for a, e in branches]
            chosen = self.ibis.cases(*cases, else_=own[i])
            if settings.limits_first == "data":
                has = (rows.lower != NONE) | (rows.upper != NONE)
                chosen = self.ibis.ifelse(has, own[i], chosen)
            found.append(chosen)
        return found[0], found[1]

    def _applies(self, rows: Any, limit: ReferenceLimit) -> Any:
        wanted = []
        if not self.table.people:
            general = not limit.sex and not limit.laboratory
            ageless = limit.age_from is None and limit.age_to is None
            return self.ibis.literal(general and ageless)
        if limit.sex:
            wanted.append(rows.sex == limit.sex.lower())
        if limit.laboratory:
            wanted.append(rows.laboratory == limit.laboratory)
        if limit.age_from is not None:
            wanted.append((rows.age != NONE) & (rows.age >= float(limit.age_from)))
        if limit.age_to is not None:
            wanted.append((rows.age != NONE) & (rows.age < float(limit.age_to)))
        return reduce(lambda a, b: a & b, wanted, self.ibis.literal(True))  # noqa: FBT003

    def _beside(self, rows: Any, lower: Any, upper: Any) -> tuple[Any, Any]:
        """Return whether intervals are above the lower and under the upper limit: 1, 0 or 2."""
        ended = rows.value_high != NONE
        edge = (rows.value_high == lower) & rows.high_open
        below = ended & ((rows.value_high < lower) | edge)
        beyond = (rows.value > upper) | ((rows.value == upper) & rows.low_open)
        above = self.ibis.cases((lower == NONE, 2), (rows.value >= lower, 1), (below, 0), else_=2)
        inside = ended & (rows.value_high <= upper)
        under = self.ibis.cases((upper == NONE, 2), (inside, 1), (beyond, 0), else_=2)
        return above, under

    def _normal(self, rows: Any) -> Any:
        """Return 1 if a value is normal by its limits or flag, 0 if not, 2 if that is not known."""
        lower, upper = self._limits(rows)
        side = self.per_marker(rows.marker, lambda m: _SIDES.get(m.direction, 0), "int8")
        both = self.plan.settings.normal == "within limits"
        if self.table.intervals:
            above, under = self._beside(rows, lower, upper)
            beneath, beyond = above == 0, under == 0
            unsure = (above == 2, under == 2)
        else:
            beneath = rows.value < lower
            beyond = (rows.value > upper) & (upper != NONE)
            unsure = (lower == NONE, upper == NONE)
        # Each end must be known on the side disease moves the value to, and counts if it is given.
        no, known = beneath | beyond, (lower != NONE, upper != NONE)
        open_ = unsure[0] & ((side == 2) | known[0])
        open_ |= unsure[1] & ((side == 1) | known[1])
        if not both:
            no = ((side != 1) & beneath) | ((side != 2) & beyond)
            open_ = unsure[0] & ((side == 2) | ((side != 1) & known[0]))
            open_ |= unsure[1] & ((side == 1) | ((side != 2) & known[1]))
        flags = rows.flags & 7
        harmless = self.ibis.literal(0)
        if not both:
            ok = ((flags == 2) & (side == 2)) | ((flags == 4) & (side == 1))
            harmless = ok.cast("int64")
        flagged = self.ibis.cases((flags == 1, 1), ((flags == 2) | (flags == 4), harmless), else_=2)
        neither = ~(known[0] | known[1])
        branches: list[tuple[Any, Any]] = [(no, 0), (neither, flagged), (open_, 2)]
        if both and not self.table.intervals:
            # What is usual comes first: engines look no further where it applies.
            inside = rows.value.between(lower, upper).ifelse(1, 0)
            branches.insert(0, (known[0] & known[1], inside))
        return self.ibis.cases(*branches, else_=1).cast("int8")


_SIDES = {"raised": 1, "lowered": 2}
_FAR = 2**62
_BITS = 2
_MASK = 2**_BITS - 1
_LATE = 2**60
"""A target later than any time: nearest to it is the last."""


def _start(at: int | None) -> int:
    return -_FAR if at is None else at


def _end(at: int | None) -> int:
    return _FAR if at is None else at


def _finer(marker: MarkerPlan, known: Scale) -> int:
    """Return how much finer a scale must be for the reference limits of the settings."""
    ends = [e for limit in marker.limits for e in (limit.low, limit.high) if e is not None]
    return lcm(*((e * known.scale).denominator for e in ends))
