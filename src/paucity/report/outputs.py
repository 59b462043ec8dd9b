"""Results of the analysis plan for the terminal and for other programs."""

from __future__ import annotations

import csv
import io
import json
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from paucity.analysis import Group, plan, synthesize
from paucity.contrasts import contrasts
from paucity.counts import whole_percent
from paucity.report.comparison import not_compared
from paucity.report.render import clean, guarded
from paucity.report.synthesis import said
from paucity.report.tables.contrasts import EXPLORATORY, contrast_sentence
from paucity.report.tables.pooled import analysis_label, limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.contrasts import Contrast
    from paucity.review import Review
    from paucity.synthesis.types import Interval, Pooled, Quantity


def plan_text(review: Review, *, width: int = 100) -> str:
    """Return every result of the plan in words, with the rows it rests on.

    Args:
        review: the review.
        width: letters in a line.
    """
    analyses = plan(review.evidence)
    lines: list[str] = []
    groups = synthesize(review.evidence)
    for name in dict.fromkeys(g.analysis for g in groups):
        if lines:
            lines.append("")
        lines.append(clean(analysis_label(name, analyses[name])))
        for group in (g for g in groups if g.analysis == name):
            lines += _group_text(review, group, analyses[name].unit, width)
        lines += _contrasts_text(review, name, width)
    if not lines:
        return "The plan has no result."
    return "\n".join([*lines, "", *wrap(not_compared(review), width)])


def _group_text(review: Review, group: Group, unit: str, width: int) -> Iterator[str]:
    told = said(review, group)
    yield f"  {clean(told.label)}: {group.result.status.value}"
    for line in group.lines:
        counted = "" if unit == "patients" else f" {unit}"
        yield f"    {line.row.key}: {line.events} of {line.n}{counted}, {_said(line.exact)}"
    yield from (f"    {row.key}: left out, {why}" for row, why in group.left_out)
    for text in (told.sentence, *told.notes):
        yield from _wrapped(text, width, "    ")


def _contrasts_text(review: Review, analysis: str, width: int) -> Iterator[str]:
    found = [c for c in contrasts(review.evidence) if c.analysis == analysis]
    if found:
        yield "  Populations against one another"
    for contrast in found:
        yield from _wrapped(contrast_sentence(review, contrast), width, "    ")
    if found:
        yield from _wrapped(EXPLORATORY, width, "    ")


def _said(found: Quantity) -> str:
    """Return a proportion with its interval: `64% (95% interval 41 to 83%)`."""
    point = f"{whole_percent(found.estimate)}%"
    if found.interval is None:
        return point
    return f"{point} ({100 * found.interval.level:g}% interval {limits(found.interval)})"


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return wrap(
        clean(text),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def plan_data(review: Review) -> dict[str, Any]:
    """Return every result of the plan as plain data."""
    analyses = plan(review.evidence)
    return {
        "review": review.name,
        "note": not_compared(review),
        "results": [
            {
                "analysis": group.analysis,
                "label": analysis_label(group.analysis, analyses[group.analysis]),
                "group": group.name,
                "unit": analyses[group.analysis].unit,
                **result_data(group.result),
                "sentence": said(review, group).sentence,
                "notes": list(group.notes),
                "rows": [
                    {
                        "cohort": line.row.key,
                        "events": line.events,
                        "n": line.n,
                        "interval": _limits(line.exact.interval),
                    }
                    for line in group.lines
                ],
                "left_out": [{"cohort": row.key, "why": why} for row, why in group.left_out],
            }
            for group in synthesize(review.evidence)
        ],
        "contrasts": [_contrast_data(contrast) for contrast in contrasts(review.evidence)],
    }


def _contrast_data(found: Contrast) -> dict[str, Any]:
    ratio = found.odds_ratio
    return {
        "analysis": found.analysis,
        "group": found.group.name,
        "against": found.against.name,
        "odds_ratio": None if ratio is None else round(ratio[0], 6),
        "interval": None if ratio is None else [round(v, 6) for v in ratio[1:]],
        "probability_higher": _rounded(found.higher),
        "p": _rounded(found.p),
        "why": found.why,
        "note": EXPLORATORY,
    }


def plan_csv(review: Review) -> str:
    """Return the counts of the plan as CSV, a line for each cohort of each analysis.

    metafor reads it: ``escalc("PLO", xi = events, ni = n, slab = study, data = read.csv(...))``.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["analysis", "group", "study", "cohort", "unit", "events", "n"])
    analyses = plan(review.evidence)
    for group in synthesize(review.evidence):
        for line in group.lines:
            names = (group.analysis, group.name, line.row.study.id, line.row.cohort.id)
            unit = analyses[group.analysis].unit
            writer.writerow([*map(guarded, names), unit, line.events, line.n])
    return out.getvalue()


# -- counts from the command line --------------------------------------------------------------


def result_data(result: Pooled) -> dict[str, Any]:
    """Return a pooled result as plain data; proportions from 0 to 1, None where there is none."""
    return {
        "status": result.status.value,
        "method": result.method,
        "estimand": result.estimand,
        "estimate": _rounded(result.estimate),
        "interval": _limits(result.interval),
        "prediction": _limits(result.prediction),
        "mean": None if result.mean is None else _rounded(result.mean.estimate),
        "crude": {
            "estimate": _rounded(result.crude.estimate),
            "interval": _limits(result.crude.interval),
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _limits(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.lower, 6), round(interval.upper, 6)]


def parse_counts(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return events and denominators of counts written `2/3`.

    Raises:
        ValueError: one is not written so; says which.

    >>> parse_counts(["2/2", "0/22"])
    ([2, 0], [2, 22])
    """
    x: list[int] = []
    n: list[int] = []
    for text in texts:
        first, slash, second = text.partition("/")
        if not (slash and _is_count(first) and _is_count(second)):
            raise ValueError(f"`{clean(text)[:40]}` is not EVENTS/N, two whole numbers such as 2/3")
        x.append(int(first))
        n.append(int(second))
    return x, n


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15


def counts_text(
    x: Sequence[int], n: Sequence[int], result: Pooled, level: float, *, width: int = 100
) -> str:
    """Return pooled counts in words, with each study's exact interval."""
    from paucity.synthesis import MEANING, proportion_intervals

    exact = proportion_intervals(x, n, level=level)
    lines = [
        f"study {i}: {a} of {b}, {_said(q)}"
        for i, (a, b, q) in enumerate(zip(x, n, exact, strict=True), 1)
    ]
    lines += ["", f"status: {result.status.value}", *_wrapped(result.sentence, width)]
    if result.prediction is not None:
        lines.append(f"A new study's proportion: {limits(result.prediction)}.")
    return "\n".join([*lines, *_wrapped(MEANING[result.status], width)])


def counts_data(x: Sequence[int], n: Sequence[int], result: Pooled, level: float) -> str:
    """Return pooled counts as JSON."""
    from paucity.synthesis import proportion_intervals

    exact = proportion_intervals(x, n, level=level)
    rows = [
        {"events": a, "n": b, "interval": _limits(q.interval)}
        for a, b, q in zip(x, n, exact, strict=True)
    ]
    data = {"level": level, **result_data(result), "sentence": result.sentence, "rows": rows}
    return json.dumps(data, indent=2, ensure_ascii=False)
