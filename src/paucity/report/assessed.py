"""What several definitions gave on the same participants: in words, and as data."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from paucity.counts import percent_of, whole_percent
from paucity.exact import clopper_pearson_of_many
from paucity.report.defined import findings_lines
from paucity.report.figures.definition_flow import definition_flow
from paucity.report.render import as_text, clean
from paucity.report.table import Cell, Column, Table, TableRow, count_cell
from paucity.response.agreement import said_kappa
from paucity.response.distribution import quantile_bounds
from paucity.response.results import number_text, summary_data
from paucity.text import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from paucity.agreement import Kappa
    from paucity.report.figures import Drawing
    from paucity.response.agreement import Comparison, ResponseRate
    from paucity.response.distribution import Ranges
    from paucity.response.results import Summary
    from paucity.response.running import Results

SHOWN = 20
"""Participants who flip that are named on the terminal."""


def results_text(
    results: Results, *, width: int = 100, styled: bool = False, notes: bool = False
) -> str:
    """Return results in words: results and rates, who flips, agreement, choices, findings.

    Args:
        results: of one or more definitions.
        width: letters in a line.
        styled: use bold text; False where the output is not a terminal.
        notes: show notes too.
    """
    blocks = [[_head(results)]]
    rates = {rate.definition: rate for rate in results.sensitivity.rates}
    blocks += [list(_definition_lines(s, rates[s.definition], width)) for s in results.summaries]
    if results.sensitivity.comparisons:
        blocks.append(list(_flips(results, width)))
        tables = [pairs_table(results)]
        if len(results.summaries) > 2:
            tables.append(kappa_table(results))
        blocks += [[as_text(t, width=width, styled=styled).rstrip("\n")] for t in tables]
    if len({s.kind for s in results.summaries}) > 1:
        text = (
            "Definitions of different kinds are not compared: their levels mean different things."
        )
        blocks.append([*_wrapped(text, width, "")])
    if results.summaries:
        blocks.append(list(_choices(results.summaries, width)))
    blocks.append(list(_findings(results, notes=notes)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _head(results: Results) -> str:
    unused = f"; {_plural(results.unused, 'row')} not used" if results.unused else ""
    people = _plural(results.participants, "participant")
    return f"{clean(results.name)}: {_plural(results.read, 'row')}, {people}{unused}"


def _definition_lines(summary: Summary, rate: ResponseRate, width: int) -> Iterator[str]:
    named = f"{clean(summary.label)} [{clean(summary.definition)}]"
    yield named if summary.label != summary.definition else clean(summary.label)
    told = ", ".join(f"{clean(' or '.join(p))} {n:,}" for p, n in summary.in_order())
    yield from _wrapped(told or "nobody", width)
    if summary.scores:
        yield from _wrapped(said_scores(summary.scores), width)
    if rate.participants and summary.responders:
        yield from _wrapped(said_rate(rate, _who(summary)), width)


def _who(summary: Summary) -> str:
    """Return what those who are counted do, or how their levels are named."""
    return "respond" if summary.kind == "response" else " or ".join(summary.responders)


def _wrapped(text: str, width: int, indent: str = "  ") -> list[str]:
    return wrap(
        clean(text),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def interval_of(rate: ResponseRate) -> tuple[float, float]:
    """Return limits that hold whatever is missing: exact ones of the least and the largest rate.

    The lower Clopper-Pearson limit of those who certainly respond, and the upper one of those who
    may; with nothing missing it is the usual exact interval.

    Args:
        rate: of at least one participant.
    """
    low, _ = clopper_pearson_of_many(rate.certain, rate.participants)
    _, high = clopper_pearson_of_many(rate.possible, rate.participants)
    return low, high


def said_rate(rate: ResponseRate, who: str = "respond") -> str:
    """Return a response rate in words.

    >>> from paucity.response.agreement import ResponseRate
    >>> said_rate(ResponseRate("x", 10, 4, 4, 10))
    'respond: 4 of 10 (40%); exact 95% interval 12 to 74%'
    """
    n = rate.participants
    low, high = (whole_percent(x) for x in interval_of(rate))
    if rate.certain == rate.possible:
        share = f"{rate.certain:,} of {n:,} ({percent_of(rate.certain, n)}%)"
        return f"{who}: {share}; exact 95% interval {low} to {high}%"
    least, most = (percent_of(x, n) for x in (rate.certain, rate.possible))
    decided = ""
    if rate.decided:
        among = percent_of(rate.certain, rate.decided)
        decided = f"; {among}% of the {rate.decided:,} of whom it is certain"
    return (
        f"{who}: {rate.certain:,} to {rate.possible:,} of {n:,} ({least} to {most}%), depending"
        f" on values that are missing{decided}; exact 95% interval over both {low} to {high}%"
    )


def said_scores(scores: Ranges) -> str:
    """Return how a score is distributed, in words.

    Args:
        scores: participants by the least and the most points they can have; of at least one.

    >>> said_scores({(10, 10): 1, (20, 25): 1, (30, 30): 1})
    'score: median 20 to 25, quartiles 15 to 17.5 and 25 to 27.5, from 10 to 30; certain for 2 of 3'
    """
    median, lower, upper = (_ends(quantile_bounds(scores, q)) for q in (0.5, 0.25, 0.75))
    least, most = min(low for low, _ in scores), max(high for _, high in scores)
    n = sum(scores.values())
    certain = sum(count for (low, high), count in scores.items() if low == high)
    told = f"score: median {median}, quartiles {lower} and {upper}"
    told += f", from {number_text(least)} to {number_text(most)}"
    return told if certain == n else f"{told}; certain for {certain:,} of {n:,}"


def _ends(bounds: tuple[float, float]) -> str:
    low, high = map(number_text, bounds)
    return low if low == high else f"{low} to {high}"


# -- several definitions -----------------------------------------------------------------------


def _flips(results: Results, width: int) -> Iterator[str]:
    names = [s.definition for s in results.summaries]
    if not results.flipped:
        yield "Nobody's certain result differs between the definitions."
        return
    who = _plural(results.flipped, "participant")
    verb = "has" if results.flipped == 1 else "have"
    yield from _wrapped(
        f"{who} {verb} different certain results by {' / '.join(names)}:", width, ""
    )
    for name, told in list(results.flips.items())[:SHOWN]:
        yield from _wrapped(f"{name}: {' / '.join(told)}", width)
    if results.flipped > SHOWN:
        yield f"  and {results.flipped - SHOWN:,} more"


def pairs_table(results: Results) -> Table:
    """Return how many have the same result by each two definitions, and how many another."""
    rows = tuple(
        TableRow(
            {
                "one": Cell(c.one),
                "other": Cell(c.other),
                "same": count_cell(c.same),
                "flips": count_cell(c.flips),
                "may": count_cell(c.may_flip),
                "kappa": Cell(said_kappa(c.kappa), note=c.kappa.reason),
                "response": Cell(said_kappa(c.response_kappa), note=c.response_kappa.reason),
            }
        )
        for c in results.sensitivity.comparisons
    )
    columns = (
        Column("one", "Definition"),
        Column("other", "and"),
        Column("same", "Same", numeric=True),
        Column("flips", "Differ", numeric=True),
        Column("may", "May differ", numeric=True),
        Column("kappa", "Kappa of levels", numeric=True),
        Column("response", "Kappa of response", numeric=True),
    )
    notes = (
        "Kappa (Cohen) with its large-sample 95% interval, among those certain under both.",
        "May differ: depending on values that are missing.",
    )
    return Table("agreement", "Agreement of the definitions", columns, rows, notes)


def kappa_table(results: Results) -> Table:
    """Return kappa of levels as a matrix of the definitions."""
    names = [s.definition for s in results.summaries]
    known = {(c.one, c.other): c for c in results.sensitivity.comparisons}
    rows = []
    for i, a in enumerate(names):
        cells = {"definition": Cell(a)}
        for j, b in enumerate(names):
            pair = known.get((a, b)) or known.get((b, a))
            cells[f"d{j}"] = Cell("1" if i == j else _short(pair))
        rows.append(TableRow(cells))
    columns = [Column("definition", "Kappa of levels")]
    columns += [Column(f"d{j}", name, numeric=True) for j, name in enumerate(names)]
    return Table("kappa", "Agreement matrix", tuple(columns), tuple(rows))


def _short(pair: Comparison | None) -> str:
    return "" if pair is None else said_kappa(pair.kappa)


# -- choices and findings ----------------------------------------------------------------------


def _choices(summaries: Sequence[Summary], width: int) -> Iterator[str]:
    """Yield the choices: those that all share once, the others for each definition."""
    yield "What the results rest on"
    held = {s.definition: {c.about: str(c) for c in s.choices} for s in summaries}
    abouts = dict.fromkeys(about for choices in held.values() for about in choices)
    for about in abouts:
        said = {name: choices[about] for name, choices in held.items() if about in choices}
        if len(said) == len(held) and len(set(said.values())) == 1:
            yield from _wrapped(next(iter(said.values())), width)
            continue
        for name, text in said.items():
            yield from _wrapped(f"{text} [{name}]", width)


def _findings(results: Results, *, notes: bool) -> Iterator[str]:
    shown = [f for f in results.findings if notes or f.severity is not Severity.NOTE]
    yield from findings_lines(shown)
    counts = Counter(f.severity for f in results.findings)
    told = ", ".join(_plural(counts[severity], severity.value) for severity in Severity)
    yield told + (" (--notes shows them)" if counts[Severity.NOTE] and not notes else "")


# -- data --------------------------------------------------------------------------------------


def results_data(results: Results) -> dict[str, Any]:
    """Return results as plain data; proportions from 0 to 1, None where there is none."""
    rates = {rate.definition: rate for rate in results.sensitivity.rates}
    return {
        "data": results.name,
        "rows": results.read,
        "rows_not_used": results.unused,
        "participants": results.participants,
        "definitions": [
            {**summary_data(s), "response": _rate_data(rates[s.definition])}
            for s in results.summaries
        ],
        "comparisons": [_comparison_data(c) for c in results.sensitivity.comparisons],
        "flipped": results.flipped,
        "flips": [
            {"participant": name, "results": list(told)} for name, told in results.flips.items()
        ],
    }


def _rate_data(rate: ResponseRate) -> dict[str, Any]:
    n = rate.participants
    return {
        "participants": n,
        "certain": rate.certain,
        "possible": rate.possible,
        "decided": rate.decided,
        "bounds": [round(x / n, 6) for x in (rate.certain, rate.possible)] if n else None,
        "interval": [round(x, 6) for x in interval_of(rate)] if n else None,
    }


def _comparison_data(c: Comparison) -> dict[str, Any]:
    return {
        "one": c.one,
        "other": c.other,
        "same": c.same,
        "flips": c.flips,
        "may_flip": c.may_flip,
        "table": [
            {"one": list(one), "other": list(other), "participants": n}
            for (one, other), n in c.table.items()
        ],
        "kappa": _kappa_data(c.kappa),
        "response_kappa": _kappa_data(c.response_kappa),
    }


def _kappa_data(kappa: Kappa) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return {
        "value": rounded(kappa.value),
        "interval": None if kappa.low is None else [rounded(kappa.low), rounded(kappa.high)],
        "participants": kappa.n,
        "reason": kappa.reason,
    }


def results_figure(results: Results) -> Drawing | None:
    """Return how participants flow between the definitions; None with fewer than two."""
    levels = {s.definition: s.levels for s in results.summaries}
    labels = {s.definition: s.label for s in results.summaries}
    words = {s.definition: _who(s) for s in results.summaries}
    return definition_flow(results.sensitivity, levels, labels, words)
