"""Tell which whole numbers of people a printed percentage can stand for."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from textwrap import fill
from typing import TYPE_CHECKING, Final

import click

from paucity.cli.building import terminal_width
from paucity.cli.group import FORMAT, Fault, main
from paucity.counts import counts_for_percent, counts_for_sd, percent_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER: Final = re.compile(r"(?:\d{1,12}|(?=\.))(?:\.\d{1,12})?(%?)", re.ASCII)
_MOST: Final = 1_000_000
_NEAR: Final = 5
"""How far below and above a denominator another is looked for under which the percentage fits."""


@main.command()
@click.argument("percent", metavar="PERCENT")
@click.option(
    "-n", "--n", "n", type=click.IntRange(1, _MOST), required=True, help="Out of how many."
)
@click.option(
    "--sd",
    help="The standard deviation printed beside it, of ones and zeros: 0.49, or 49%.",
)
@FORMAT
def counts(percent: str, n: int, sd: str | None, form: str) -> None:
    """Tell which counts a printed percentage can stand for, by exact arithmetic.

    PERCENT is written as it is printed, since 22% says less than 22.0%: paucity counts 23% --n 22.

    That a percentage comes from a whole number of people is the test known as GRIM; with --sd, that
    its standard deviation does so too, DEBIT.
    """
    share = _percent(percent)
    fits = counts_for_percent(share, n)
    spread = None if sd is None else _deviation(sd)
    if spread is not None and n < 2:
        raise Fault("a standard deviation needs at least two people, found --n 1")
    both = fits if spread is None else counts_for_sd(share, spread, n)
    if form == "json":
        data = {"percent": f"{share}", "n": n, "counts": list(fits)}
        if spread is not None:
            data |= {"sd": f"{spread}", "counts_with_sd": list(both)}
        click.echo(json.dumps(data, indent=2))
        return
    width = terminal_width()
    click.echo(fill(_said(share, n, fits), width))
    if spread is not None and fits:
        click.echo(fill(_said_sd(sd or "", n, fits, both), width))


def _number(text: str, name: str) -> tuple[Decimal, bool]:
    """Return a number as printed, and whether a percent sign follows it."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        shown = text[:30].replace("\n", " ")
        raise Fault(f"{name}: found `{shown}`; expected a number as printed, such as 43% or 43.2%")
    return Decimal(text.strip().removesuffix("%")), bool(found[1])


def _percent(text: str) -> Decimal:
    value, sign = _number(text, "PERCENT")
    if not sign and value <= 1:
        raise Fault(
            f"PERCENT: `{text}` may be a percentage or a proportion; write "
            f"{value}% or {value.scaleb(2):f}%"
        )
    if value > 100:
        raise Fault(f"PERCENT: found {value}; expected 0 to 100")
    return value


def _deviation(text: str) -> Decimal:
    """Return a standard deviation of ones and zeros, with the digits as printed."""
    value, sign = _number(text, "--sd")
    if sign:
        value = value.scaleb(-2)
    elif value > 1:
        raise Fault(
            f"--sd: found {value}; the standard deviation of ones and zeros is at most 0.71. "
            f"Write {value}% if it is in percent"
        )
    return value


def _said(share: Decimal, n: int, fits: Sequence[int]) -> str:
    """Return in words which counts print as a percentage."""
    if len(fits) == 1:
        count = fits[0]
        below, above = (
            f"{c} would print as {percent_of(c, n, _places(share))}%" if 0 <= c <= n else ""
            for c in (count - 1, count + 1)
        )
        beside = " and ".join(filter(None, (below, above)))
        return f"{share}% of {n} can only be {count}" + (f": {beside}." if beside else ".")
    if fits:
        return f"{share}% of {n} can be {len(fits)} counts: {_listed(fits)}."
    near = [m for m in range(max(1, n - _NEAR), n + _NEAR + 1) if counts_for_percent(share, m)]
    said = f"{share}% of {n} is no whole number: no count prints so."
    if near:
        options = ", ".join(f"{_listed(counts_for_percent(share, m))} of {m}" for m in near)
        said += f" It would be {options}."
    return said


def _said_sd(sd: str, n: int, fits: Sequence[int], both: Sequence[int]) -> str:
    """Return in words which counts print as a standard deviation too."""
    if both:
        return f"The standard deviation {sd} fits {_listed(both)} of {n}."
    value, percent = _number(sd, "--sd")
    at = _deviation_of(fits[len(fits) // 2], n) * (100 if percent else 1)
    places = _places(value)
    shown = f"{at:.{places}f}{'%' if percent else ''}"
    return (
        f"The standard deviation {sd} does not fit: of ones and zeros with this percentage it is "
        f"{shown}. The percentage, the standard deviation or the number of people is wrong, or "
        "what was counted is not yes or no."
    )


def _deviation_of(count: int, n: int) -> Decimal:
    return (Decimal(count * (n - count)) / (n * (n - 1))).sqrt()


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _listed(values: Sequence[int]) -> str:
    """Return counts in order as `5`, `5 or 6`, `130 to 134` or `495 to 496 or 504 to 505`."""
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    if len(values) == 2:
        return f"{values[0]} or {values[1]}"
    return " or ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in runs)
