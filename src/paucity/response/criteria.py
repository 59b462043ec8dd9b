"""What diagnoses and scores are made of: criteria, points, parameters, and worked examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from paucity.record import Reading, Record, RecordShape, many, need, opt, read_record, table
from paucity.response.language import RULE, Rule
from paucity.shapes import NUMBER, TEXT
from paucity.text import Map, Seq, Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionBand(Record):
    """One way to meet a criterion, and the points it then gives in a score."""

    met: Rule | None = opt(RULE, "who meets it: `at least 2 met of (hemoglobin, platelets)`")
    points: Decimal | None = opt(NUMBER, "points it gives where met, in a score")
    note: str = opt(TEXT, "a remark", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Record):
    """A rule over markers that has a name; its bands are tried in order."""

    name: str = ""
    label: str = opt(TEXT, "how to print its name", "")
    bands: tuple[CriterionBand, ...] = many(
        RecordShape(lambda: CriterionBand, shorthand="met"), "its rules, tried in order"
    )


_OF_BAND: Final = frozenset(("met", "points", "note"))


@dataclass(frozen=True, slots=True)
class CriteriaShape:
    """Criteria by name, each with one rule, a list of bands, or both and more in a mapping."""

    def read(
        self, value: Value, at: int, key: str, reading: Reading
    ) -> tuple[Criterion, ...] | None:
        """Return the criteria that could be read."""
        if not isinstance(value, Map):
            message = f"`{key}` should be criteria, one to a line"
            reading.fault("wrong-type", at, message)
            return None
        out = []
        for name, tree in value.items():
            place = value.values_at[name]
            if not isinstance(tree, str | Map | Seq):
                message = f"`{name}` should be a rule: `at least 2 met of (hemoglobin, platelets)`"
                reading.fault("wrong-type", place, message)
                continue
            read = read_record(Criterion, _whole(tree, place), reading, name=name)
            if read is not None:
                out.append(read)
        return tuple(out)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of the criteria."""
        band = RecordShape(lambda: CriterionBand, shorthand="met").schema(definitions)
        whole = RecordShape(lambda: Criterion).schema(definitions)
        properties = {
            **definitions["CriterionBand"]["properties"],
            **definitions["Criterion"]["properties"],
        }
        definitions["Criterion"] = {**definitions["Criterion"], "properties": properties}
        item = {"anyOf": [whole, {"type": "array", "items": band}, RULE.schema(definitions)]}
        return {"type": "object", "additionalProperties": item}


def _whole(tree: str | Map | Seq, at: int) -> Map:
    """Return a criterion in its long form: a mapping with `bands`."""
    whole, band = Map(at), Map(at)
    if isinstance(tree, Map):
        for key, value in tree.items():
            into = band if key in _OF_BAND else whole
            _put(into, key, value, tree.keys_at[key], tree.values_at[key])
        if band and "bands" in whole:
            _put(whole, "met", None, at, at)  # told as a field that cannot stand here
        if band and "bands" not in whole:
            bands = Seq(at)
            bands.append(band)
            bands.items_at.append(at)
            _put(whole, "bands", bands, at, at)
    else:
        _put(whole, "bands", tree, at, at)
    return whole


def _put(into: Map, key: str, value: Value, key_at: int, value_at: int) -> None:
    into[key] = value
    into.keys_at[key] = key_at
    into.values_at[key] = value_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Record):
    """What another source prints in the place of a parameter."""

    take: Rule = need(RULE, "the number or the rule: `38.5`, `value > 500`")
    source: str = opt(TEXT, "who prints it so", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Record):
    """A number or a rule on which published sources differ; rules use it by its name."""

    default: Rule = need(RULE, "what is taken: a number, or a rule")
    source: str = opt(TEXT, "who prints it so", "")
    variants: tuple[Variant, ...] = many(
        RecordShape(lambda: Variant, shorthand="take"), "what other sources print"
    )
    note: str = opt(TEXT, "a remark", "")


PARAMETER: Final = RecordShape(lambda: Parameter, shorthand="default")


@dataclass(frozen=True, slots=True)
class Share:
    """A probability in percent as printed: a number, or a bound such as `<1`.

    Both ends belong to it unless the sign says otherwise; `low` is at least 0, `high` at most 100.
    """

    low: Fraction
    high: Fraction
    printed: str

    @property
    def bound(self) -> bool:
        """Tell whether it is printed as a bound."""
        return self.low != self.high


@dataclass(frozen=True, slots=True)
class ProbabilityRow:
    """One row of a printed table: a score and the probability beside it."""

    score: Fraction
    share: Share


_SHARE: Final = re.compile(r"(?P<sign>[<>])?\s*(?P<number>\d{1,3}(\.\d{1,9})?)\s*%?", re.ASCII)
_SCORE: Final = re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII)


def read_share(text: str) -> Share | None:
    """Return a printed probability, or None if the text is none.

    >>> read_share("<1").high, read_share("54%").low, read_share("120")
    (Fraction(1, 1), Fraction(54, 1), None)
    """
    match = _SHARE.fullmatch(text.strip())
    if match is None or Fraction(match["number"]) > 100:
        return None
    number = Fraction(match["number"])
    low = Fraction(0) if match["sign"] == "<" else number
    high = Fraction(100) if match["sign"] == ">" else number
    return Share(low, high, f"{match['sign'] or ''}{match['number']}%")


@dataclass(frozen=True, slots=True)
class ProbabilityShape:
    """A printed table of probabilities in percent, by score: `{160: 40, 170: 54}`."""

    def read(
        self, value: Value, at: int, key: str, reading: Reading
    ) -> tuple[ProbabilityRow, ...] | None:
        """Return the rows by score; one that does not follow from the others is a fault."""
        if not isinstance(value, Map):
            reading.fault("wrong-type", at, f"`{key}` should be scores with their percentages")
            return None
        rows = []
        for score, text in value.items():
            share = read_share(text) if isinstance(text, str) else None
            if share is None or not _SCORE.fullmatch(score):
                message = f"`{key}` should give a percentage, such as `54` or `<1`, for each score"
                reading.fault("wrong-type", value.values_at[score], message)
                continue
            rows.append((ProbabilityRow(Fraction(score), share), value.values_at[score]))
        rows.sort(key=lambda row: row[0].score)
        out: list[ProbabilityRow] = []
        for row, place in rows:
            if out and (row.share.low < out[-1].share.low or row.share.high < out[-1].share.high):
                message = f"{row.share.printed} is below the {out[-1].share.printed} before it"
                hint = "a higher score gives no lower probability; correct the row"
                reading.fault("probability-falls", place, message, hint)
                continue
            out.append(row)
        return tuple(out)

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the JSON Schema of the table."""
        return {"type": "object", "additionalProperties": {"type": ["number", "string"]}}


@dataclass(frozen=True, slots=True)
class ByDayShape:
    """Values of a marker by day: `{0: 4756, 14: 1500 ng/ml}`; a single one is of day 0."""

    def read(
        self, value: Value, at: int, key: str, reading: Reading
    ) -> tuple[tuple[str, str], ...] | None:
        """Return day and value as written."""
        if isinstance(value, str):
            return (("0", value),)
        if not isinstance(value, Map) or not all(isinstance(v, str) for v in value.values()):
            message = f"`{key}` should be a value, or values by day: `{{0: 4756, 14: 1500}}`"
            reading.fault("wrong-type", at, message)
            return None
        return tuple((day, str(text)) for day, text in value.items())

    def schema(self, definitions: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON Schema of the values."""
        one = TEXT.schema(definitions)
        return {"anyOf": [one, {"type": "object", "additionalProperties": one}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleLimits(Record):
    """Reference limits in an example, in the unit of the thresholds."""

    low: Decimal | None = opt(NUMBER, "lower reference limit")
    high: Decimal | None = opt(NUMBER, "upper reference limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example(Record):
    """A participant with the answer that the printed rule gives, worked out by hand."""

    values: Mapping[str, tuple[tuple[str, str], ...]] = table(
        ByDayShape(), "the values of each marker by day; in its own unit if none is written"
    )
    limits: Mapping[str, ExampleLimits] = table(
        RecordShape(lambda: ExampleLimits), "reference limits by marker"
    )
    age: Decimal | None = opt(NUMBER, "age in years")
    expect: str = need(TEXT, "the level, or the levels that stay possible: `PR or NR`")
    score: str = opt(TEXT, "the score, or its least and largest: `93 to 128`", "")
    probability: str = opt(TEXT, "the probability in percent: `54`, `<1`, `25 to 40`", "")
    parameters: Mapping[str, str] = table(TEXT, "parameters that are not at their default")
    judged_by: str = opt(TEXT, "the response definition that judges refractoriness", "")
    why: str = need(TEXT, "the arithmetic")


EXAMPLE: Final = RecordShape(lambda: Example)


def met(bands: tuple[CriterionBand, ...]) -> tuple[CriterionBand, ...]:
    """Return the bands that count as meeting a criterion: those that give points, or ask for none.

    >>> from decimal import Decimal
    >>> met((CriterionBand(points=Decimal(0)),))
    ()
    """
    return tuple(b for b in bands if b.points is None or b.points > 0)
