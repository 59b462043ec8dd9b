"""Make the page of fields."""  # noqa: INP001

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from functools import cache
from typing import TYPE_CHECKING, Any

from paucity.dosing.model import AmountShape, DaysShape, TaperShape
from paucity.evidence.quality import AnswerShape
from paucity.participants.model import DayShape
from paucity.protocol import ExpressionShape
from paucity.record import ListShape, Record, RecordShape, TableShape
from paucity.response.criteria import ByDayShape, CriteriaShape, ProbabilityShape
from paucity.response.language import RuleShape
from paucity.response.model import MarkersShape, SignShape, WindowShape
from paucity.schemas import KINDS
from paucity.shapes import (
    ChoiceShape,
    CountShape,
    DurationShape,
    FlagShape,
    NumberShape,
    TextShape,
    WordShape,
)
from paucity.spread import RangeShape, SpreadShape

if TYPE_CHECKING:
    from collections.abc import Iterator


from words import slug

# -- fields ------------------------------------------------------------------------------------


def kind_of(shape: object) -> str:
    """Return what a field takes, in words."""
    match shape:
        case ListShape(item=item):
            return f"one or a list: {kind_of(item)}"
        case TableShape(item=item):
            return f"names, each with: {kind_of(item)}"
        case RecordShape():
            name = titles()[shape.cls()]
            short = f", or just its `{shape.shorthand}`" if shape.shorthand else ""
            return f"[{name}](#{slug(name)}){short}"
        case WordShape(kind=kind):
            article = "an" if kind[0] in "aeiou" else "a"
            return f"{article} [{kind}](vocabulary.md#{slug(kind)})"
        case ChoiceShape(words=words):
            return " or ".join(f"`{w}`" for w in words)
        case NumberShape():
            return shape.what
        case SpreadShape():
            return "a time, several, or a [Spread](#spread)"
        case MarkersShape():
            return "markers by name, each with its rules: [Marker](#marker), [Band](#band)"
        case CriteriaShape():
            return (
                "criteria by name, each with a rule or several:"
                " [Criterion](#criterion-of-a-definition), [CriterionBand](#criterionband)"
            )
    simple: dict[type, str] = {
        TextShape: "words",
        CountShape: "a whole number",
        FlagShape: "`true` or `false`",
        AnswerShape: "`yes`, `no` or `unclear`",
        DayShape: "`14`, `2 wk`, `by 2 wk` or `baseline`",
        DurationShape: "a time with its unit: `14 d`, `2 wk`, `6 mo`",
        ExpressionShape: "an [expression](expressions.md)",
        RuleShape: "a [rule](expressions.md#definitions)",
        AmountShape: "an amount: `2 mg/kg/day`, `25 or 50 mg/kg per course`",
        DaysShape: "days: `1`, `1-3`, `[1, 8, 15]`",
        TaperShape: "words, or `true`",
        WindowShape: "a time with its unit, or `unstated`",
        SignShape: "words, as printed",
        ProbabilityShape: "percentages by points: `{90: <1, 100: 1}`",
        ByDayShape: "a value, or values by day: `{0: 4756, 14: 1500 ng/ml}`",
        RangeShape: "two times: `[2 d, 10 d]`",
    }
    return simple[type(shape)]


def _inner(shape: object) -> Iterator[type[Record]]:
    """Yield the records that a field's value is made of."""
    match shape:
        case ListShape(item=item) | TableShape(item=item):
            yield from _inner(item)
        case RecordShape():
            yield shape.cls()
        case SpreadShape():
            from paucity.spread import Spread

            yield Spread
        case MarkersShape():
            from paucity.response.model import Band, Marker

            yield from (Marker, Band)
        case CriteriaShape():
            from paucity.response.criteria import Criterion, CriterionBand

            yield from (Criterion, CriterionBand)


def declared(cls: type[Record]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record that stand in the text, with how they are declared."""
    for field in dataclass_fields(cls):
        if "shape" in field.metadata:
            yield field.name.rstrip("_"), field.metadata


def records() -> list[type[Record]]:
    """Return every record that a review's files are made of, files first."""
    todo = [cls for cls, _ in KINDS.values()]
    seen: list[type[Record]] = []
    while todo:
        cls = todo.pop(0)
        if cls in seen:
            continue
        seen.append(cls)
        todo += [c for _, meta in declared(cls) for c in _inner(meta["shape"])]
    return seen


_FILES = {
    "Study": "`studies/*.yaml`: one study each; the file's name is the study's.",
    "Protocol": "`review.yaml`: the protocol.",
    "SourceDocument": "`sources/*.yaml`: a document that studies were read in.",
    "Definition": (
        "`definitions/*.yaml`: a definition of response, diagnosis, score or refractoriness."
    ),
    "Regimen": "`regimens/*.yaml`: a dose schedule.",
    "ParticipantFile": "`participants/*.yaml`: participants of one study, one by one.",
}


_WHOSE = {"protocol": "of the protocol", "model": "of a definition", "criteria": "of a definition"}


@cache
def titles() -> dict[type[Record], str]:
    """Return the heading of every record; where two have one name it says what they belong to."""
    names = [cls.__name__ for cls in records()]
    return {
        cls: cls.__name__
        if names.count(cls.__name__) == 1
        else f"{cls.__name__} {_WHOSE[cls.__module__.rsplit('.')[-1]]}"
        for cls in records()
    }


def fields_page() -> Iterator[str]:
    """Yield the lines of the page of fields."""
    yield "# Fields\n"
    yield (
        "What each file may say. A field in bold must be there. *One or a list* means that a"
        " single value needs no brackets; *or just its ...* that a bare word stands for a whole"
        " entry: `source: Table 2` is `source: {at: Table 2}`. The same list is in the JSON Schema"
        " that `paucity schema` prints. What vocabulary files may say is in"
        " {doc}`../howto/vocabulary`."
    )
    for cls, title in titles().items():
        yield f"\n## {title}\n"
        doc = (cls.__doc__ or "").strip().split("\n")[0]
        yield f"{_FILES.get(title, doc)}\n"
        yield "| Field | What it is | What it takes |"
        yield "|---|---|---|"
        for name, meta in declared(cls):
            shown = f"**{name}**" if meta.get("required") else name
            doc = meta["doc"].replace("|", "\\|")
            yield f"| {shown} | {doc} | {kind_of(meta['shape']).replace('|', chr(92) + '|')} |"
