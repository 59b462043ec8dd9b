"""What the markers, values and limits of a large table mean, as columns of whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from paucity.response.bulk_cells import NUMBER, SIGN, Faults, Lookups, Pair, millionths
from paucity.response.bulk_times import left
from paucity.response.measured import Fault
from paucity.response.table_series import NONE, in_memory
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.response.cells import Words
    from paucity.response.series import Notes

_KEY: Final = {"marker_text": "string", "unit_text": "string"}


@dataclass(frozen=True, slots=True)
class Values:
    """Looks up the words of rows, and adds what they mean.

    Args:
        ibis: the library.
        words: what markers and units mean.
        columns: written names of the columns there are.
        notes: told of odd units.
        faults: gives faults their numbers.
    """

    ibis: Any
    words: Words
    columns: Mapping[str, str]
    notes: Notes
    faults: Faults

    def look_up(self, rows: Any) -> Lookups:
        """Look up every marker with its unit, and every spelling that is no plain number."""
        ibis = self.ibis
        plain, whole = millionths(rows.value, ibis)
        ends = [end for end in ("low", "high") if end in self.columns]
        grouped = rows.group_by(*_KEY).aggregate(
            n=rows.count(),
            first=rows.row.min(),
            most=whole.max(),
            odd=(~plain).any(),
            **{end: (~millionths(rows[end], ibis)[0]).any() for end in ends},
        )
        found = grouped.order_by(*_KEY).to_pyarrow().to_pylist()
        pairs, signs, odd = [], [], dict.fromkeys(("odd", *ends), False)
        for row in found:
            marker, unit = row["marker_text"], row["unit_text"]
            meaning = self.words.meaning(marker, unit)
            pairs.append(Pair(marker, unit, int(row["most"] or 0), meaning))
            if isinstance(meaning, Fault) or meaning.event:
                continue
            signs.append((marker, unit, len(pairs) - 1, bool(meaning.values)))
            odd["odd"] |= bool(row["odd"]) or bool(meaning.values)
            for end in ends:
                odd[end] |= bool(row[end]) and not meaning.values
            if meaning.warning:
                first, n = int(row["first"]), int(row["n"])
                self.notes.add(meaning.warning, first, Severity.WARNING, count=n)
        lookups = Lookups(pairs)
        known = rows.inner_join(
            in_memory(signs, {**_KEY, "pair": "int32", "sign": "boolean"}), list(_KEY)
        )
        values: list[tuple[int, str]] = []
        if odd.pop("odd"):
            spelled = known.filter(known.sign | ~millionths(known.value, ibis)[0])
            values = self._spellings(spelled, "value")
        limits: set[tuple[int, str]] = set()
        for end in (end for end, some in odd.items() if some):
            spelled = known.filter(~known.sign & ~millionths(known[end], ibis)[0])
            limits |= set(self._spellings(spelled, end))
        lookups.look_up(values, sorted(limits))
        lookups.settle_scales()
        return lookups

    def _spellings(self, rows: Any, column: str) -> list[tuple[int, str]]:
        cell = rows[column].cast("string").fill_null("")
        table = rows.select("pair", spelled=cell).distinct().to_pyarrow()
        return sorted(zip(*(table[c].to_pylist() for c in ("pair", "spelled")), strict=True))

    def add(self, rows: Any, lookups: Lookups, kind: str) -> Any:
        """Return the rows with what their markers, values and limits mean."""
        ibis, faults = self.ibis, self.faults
        pairs = in_memory(
            lookups.pair_rows(faults),
            {
                **_KEY,
                "pair": "int32",
                "kind": "int8",
                "marker": "int16",
                "by": kind,
                "plus": kind,
                "event": "string",
                "pair_fault": "int32",
            },
        )
        rows = left(rows, pairs, list(_KEY))
        plain, whole = millionths(rows.value, ibis)
        number = (rows.kind == NUMBER) & plain
        scaled = ibis.ifelse(number, whole.cast(kind) * rows.by + rows.plus, ibis.null(kind))
        spelled = ((rows.kind == NUMBER) & ~plain) | (rows.kind == SIGN)
        text = ibis.ifelse(spelled, rows.value.cast("string").fill_null(""), ibis.null("string"))
        rows = rows.mutate(scaled=scaled.cast(kind), spelled=text)
        if lookups.values:
            values = in_memory(
                lookups.value_rows(faults),
                {
                    "pair": "int32",
                    "spelled": "string",
                    "odd_low": kind,
                    "odd_high": kind,
                    "low_open": "boolean",
                    "high_open": "boolean",
                    "value_fault": "int32",
                },
            )
            rows = left(rows, values, ["pair", "spelled"])
        else:
            no = ibis.literal(False)  # noqa: FBT003
            nothing = ibis.null(kind)
            rows = rows.mutate(odd_low=nothing, odd_high=nothing, low_open=no, high_open=no)
            rows = rows.mutate(value_fault=ibis.literal(NONE, "int32"))
        for end in ("low", "high"):
            rows = self._limit(rows, end, lookups, kind)
        return rows

    def _limit(self, rows: Any, end: str, lookups: Lookups, kind: str) -> Any:
        """Add one reference limit, `NONE` where there is none, and the fault it has."""
        ibis = self.ibis
        if end not in self.columns:
            nothing = {f"{end}_limit": ibis.literal(NONE).cast(kind)}
            return rows.mutate(**nothing, **{f"{end}_fault": ibis.literal(NONE, "int32")})
        plain, whole = millionths(rows[end], ibis)
        usable = (rows.kind == NUMBER) & plain
        scaled = ibis.ifelse(usable, whole.cast(kind) * rows.by + rows.plus, ibis.null(kind))
        odd = (rows.kind == NUMBER) & ~plain
        text = ibis.ifelse(odd, rows[end].cast("string").fill_null(""), ibis.null("string"))
        rows = rows.mutate(**{f"{end}_scaled": scaled.cast(kind), f"{end}_text": text})
        if not lookups.limits:
            limit = rows[f"{end}_scaled"].fill_null(NONE).cast(kind)
            return rows.mutate(
                **{f"{end}_limit": limit, f"{end}_fault": ibis.literal(NONE, "int32")}
            )
        found = in_memory(
            lookups.limit_rows(self.faults),
            {"pair": "int32", f"{end}_text": "string", f"{end}_odd": kind, f"{end}_fault": "int32"},
        )
        rows = left(rows, found, ["pair", f"{end}_text"])
        limit = rows[f"{end}_scaled"].coalesce(rows[f"{end}_odd"]).fill_null(NONE)
        return rows.mutate(**{f"{end}_limit": limit.cast(kind)})
