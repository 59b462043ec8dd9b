"""Read the amount of a dose as people write it, exactly: ``25 or 50 mg/kg per course``.

An amount is one value, alternatives, a range, or a median with its range; a unit, per kilogram, per
square metre or flat; and what the figure is for: a day, a week, a course or one dose. What the
text leaves open stays None: guessing whether ``25 mg/kg over 5 days`` is for the course or for each
day is a matter of a factor of five, and not for a parser to decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NoReturn, TypeAlias

from paucity.logic import UNKNOWN, Bounds
from paucity.vocabulary.units import parse_unit

Scale: TypeAlias = Literal["per kg", "per m2", "flat"]
Basis: TypeAlias = Literal["day", "course", "dose", "week"]

MAX_LENGTH: Final = 200
"""Longest amount that is read, in characters."""

EXAMPLES: Final = "`2 mg/kg/day`, `25 or 50 mg/kg per course` or `30 mg three times weekly`"
"""Amounts as they should be written, for messages."""


@dataclass(frozen=True, slots=True)
class Amount:
    """The amount of a drug.

    Attributes:
        values: one value, or the alternatives in the order written; empty if only a range is given.
        low: lower end of the range, None if there is none.
        high: upper end of the range, None if there is none.
        statistic: what the value is, where it sums up several people.
        unit: UCUM code without the time: ``mg/kg``, ``mg/m2``, ``mg``.
        scale: what the amount is scaled to.
        basis: what the figure is for; None if the text does not say.
        times_per_week: doses a week, if the text says how often a dose is given.
        text: the text as written; not compared.
    """

    values: tuple[Fraction, ...]
    unit: str
    scale: Scale
    low: Fraction | None = None
    high: Fraction | None = None
    statistic: Literal["median"] | None = None
    basis: Basis | None = None
    times_per_week: Fraction | None = None
    text: str = field(default="", compare=False)


@lru_cache(maxsize=1024)
def parse_amount(text: str) -> Amount:
    """Read the amount of a dose.

    Args:
        text: the amount as written, with its unit.

    Returns:
        The amount, in the unit as written. Doses given daily have the basis ``day``; other
        frequencies have the basis ``dose`` and the number of doses a week.

    Raises:
        ValueError: the text is no amount, or can mean two; the message says why and ends with
            examples.

    >>> parse_amount("25 or 50 mg/kg per course").values
    (Fraction(25, 1), Fraction(50, 1))
    >>> parse_amount("30 mg 3x/wk").times_per_week
    Fraction(3, 1)
    """
    return _Scanner(text).amount()


def bounds_of(amount: Amount) -> Bounds:
    """Return the least and the largest amount meant; unknown for a median without its range.

    >>> bounds_of(parse_amount("25 or 50 mg/kg per course")) == Bounds(Fraction(25), Fraction(50))
    True
    """
    if amount.low is not None or amount.high is not None:
        return Bounds(amount.low, amount.high)
    if amount.statistic is not None:
        return UNKNOWN
    return Bounds(min(amount.values), max(amount.values))


def scaled(amount: Amount, factor: Fraction, basis: Basis) -> Amount:
    """Return the amount times `factor`, for another basis; the text is left empty.

    >>> scaled(parse_amount("25 mg/kg per course"), Fraction(1, 5), "day").values
    (Fraction(5, 1),)
    """
    return replace(
        amount,
        values=tuple(v * factor for v in amount.values),
        low=None if amount.low is None else amount.low * factor,
        high=None if amount.high is None else amount.high * factor,
        basis=basis,
        times_per_week=None,
        text="",
    )


_PLAIN: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‑": "-", "²": "2", "×": "x", "\u00a0": " ", "\u202f": " "}
)

_NUMBER: Final = (
    r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}|[0-9]{1,12})(?:\.[0-9]{1,12})?(?![0-9]|[.,][0-9])"
    r"|\.[0-9]{1,12}(?![0-9]|[.,][0-9])"
)
_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_COUNT: Final = rf"[0-9]{{1,3}}|{'|'.join(_WORDS[1:])}"
_EACH: Final = r"(?:/|\b(?:per|an?|each|every)\b)"
_DAY: Final = r"(?:days?|d|24 ?h(?:ours?|rs?)?)\b"
_WEEK: Final = r"(?:weeks?|wk)\b"

_PATTERNS: Final = {
    "median": r"(?:a )?median\b(?: dose\b)?(?: of\b)? ?[:,]?",
    "at_most": r"(?:up to\b|at most\b|max(?:imum\b|\b\.?)(?: of\b)?|<=|≤)",
    "at_least": r"(?:at least\b|min(?:imum\b|\b\.?)(?: of\b)?|>=|≥)",
    "number": _NUMBER,
    "or": r"(?:or\b|,(?: ?or\b)?)(?= ?\.?[0-9])",
    "to": r"(?:-|to\b)(?= ?\.?[0-9])",
    "mass": r"[a-zµμ\[\]]+",
    "scale": r"(?:/|per\b) ?(?:(?P<kg>kg\b(?: ?(?:bw|body ?weight)\b)?)|(?P<m2>m ?\^? ?2\b|sqm\b))",
    "open": r",? ?\( ?(?:range\b)?[ ,:]*|[,;]? ?range\b[ ,:]*",
    "close": r"\)",
    "divided": rf"(?:divided )?in(?:to)? (?:{_COUNT}) divided doses\b"
    rf"|divided in(?:to)? (?:{_COUNT}) doses\b|in divided doses\b",
    "unclear": r"bi-?(?:weekly|monthly)\b",
    "elsewhere": r"(?:divided |given )?(?:over|for|during|on|days?)\b.*",
    "often": rf"(?:(?P<adverb>once|twice|thrice)|(?P<n>{_COUNT}) ?(?:x|times\b)) ?(?:"
    rf"(?P<day>daily\b|{_EACH} ?{_DAY})|(?P<week>weekly\b|(?:{_EACH} ?)?{_WEEK}))",
    "every": rf"(?:every|q) ?(?:(?P<other>other|second) |(?P<n>{_COUNT}) ?)"
    r"(?:(?P<h>h(?:ours?|rs?)?)|(?P<d>d(?:ays?)?)|(?P<w>w(?:eeks?|k)?))\b",
    "latin": r"(?P<latin>qd|od|bid|tid|qid|tiw|qw)\b",
    "weekly": rf"weekly\b|every {_WEEK}",
    "day": rf"daily\b|{_EACH} ?{_DAY}",
    "week": rf"(?:/|\b(?:per|a|each)\b) ?{_WEEK}",
    "course": r"(?:/|\b(?:per|each|for (?:the|each))\b) ?(?:course|cycle)\b"
    r"|(?:as an? |in )?total(?: dose)?\b",
    "dose": r"(?:/|\b(?:per|each|a)\b) ?dose\b|(?:as an? )?single dose\b|once\b",
}
_RULES: Final = {name: re.compile(rule, re.IGNORECASE) for name, rule in _PATTERNS.items()}
_ADVERBS: Final = {"once": 1, "twice": 2, "thrice": 3}
_LATIN: Final = {"qd": 7, "od": 7, "bid": 14, "tid": 21, "qid": 28, "tiw": 3, "qw": 1}
_DOSED: Final = frozenset(
    unit.dimension for word in ("mg", "U", "[iU]", "mmol", "mL") if (unit := parse_unit(word))
)


class _Scanner:
    """Read an amount from left to right; every fault is a ValueError."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = " ".join(text.translate(_PLAIN).split()) if len(text) <= MAX_LENGTH else ""
        self.unit = ""
        self.scale: Scale = "flat"
        self.values: tuple[Fraction, ...] = ()
        self.low: Fraction | None = None
        self.high: Fraction | None = None
        self.basis: Basis | None = None
        self.times: Fraction | None = None

    def fail(self, why: str) -> NoReturn:
        """Refuse the text, with a reason and examples."""
        shown = self.text if len(self.text) <= 60 else f"{self.text[:57]}..."
        raise ValueError(f"`{shown}` is not an amount that can be read: {why}; write {EXAMPLES}")

    def take(self, name: str) -> re.Match[str] | None:
        """Take what a rule matches off the front of the rest."""
        match = _RULES[name].match(self.rest)
        if match is not None:
            self.rest = self.rest[match.end() :].lstrip()
        return match

    def amount(self) -> Amount:
        """Read the whole text."""
        if len(self.text) > MAX_LENGTH:
            self.fail(f"it has more than {MAX_LENGTH} characters")
        if not self.rest:
            self.fail("it is empty")
        median = self.take("median") is not None
        self.figures()
        if not self.unit:
            word = _RULES["mass"].match(self.rest)
            self.fail(f"`{word[0]}` is no unit of a dose" if word else "the unit is missing")
        while self.rest:
            self.tail()
        self.settle_frequency()
        self.check(median=median)
        statistic: Literal["median"] | None = "median" if median else None
        return Amount(
            tuple(dict.fromkeys(self.values)),
            self.unit,
            self.scale,
            self.low,
            self.high,
            statistic,
            self.basis,
            self.times,
            self.text,
        )

    def number(self) -> Fraction:
        """Read one number, exactly."""
        match = self.take("number")
        if match is None:
            if re.match(r"[0-9]+,[0-9]", self.rest):
                self.fail("a comma stands within a number; write decimals with a point")
            found = f"before `{self.rest[:20]}`" if self.rest else "at the end"
            self.fail(f"a number is missing {found}")
        value = Fraction(match[0].replace(",", ""))
        if not value:
            self.fail("a dose is more than 0")
        return value

    def figures(self) -> None:
        """Read the numbers and their unit: ``25 or 50 mg/kg``."""
        if self.take("at_most"):
            self.high = self.number()
            self.measure()
            return
        if self.take("at_least"):
            self.low = self.number()
            self.measure()
            return
        first = self.number()
        self.values = (first,)
        if opened := self.take("open"):
            self.range_in(opened[0])
        self.measure()
        if self.low is None and self.take("to"):
            self.values, self.low, self.high = (), first, self.number()
            self.measure()
        while self.values and self.take("or"):
            self.values = (*self.values, self.number())
            self.measure()

    def measure(self) -> None:
        """Read a unit if there is one; a second must agree with the first."""
        match = _RULES["mass"].match(self.rest)
        unit = parse_unit(match[0]) if match else None
        if match is None or unit is None or unit.dimension not in _DOSED:
            return
        if match[0][0] == "M" and unit.code.startswith("m") and unit.dimension[0][0] != "mass":
            self.fail(f"`{match[0]}` may mean millions or thousandths; write the number out")
        self.rest = self.rest[match.end() :].lstrip()
        code, scale = unit.code, "flat"
        if per := self.take("scale"):
            suffix = "kg" if per["kg"] else "m2"
            code, scale = f"{code}/{suffix}", f"per {suffix}"
        if self.unit and code != self.unit:
            self.fail(f"it has two units, {self.unit} and {code}")
        self.unit = code
        self.scale = _SCALES[scale]

    def range_in(self, opened: str) -> None:
        """Read a range in brackets, or after the word `range`."""
        if self.low is not None or self.high is not None:
            self.fail("it gives two ranges")
        self.low = self.number()
        self.measure()
        if self.take("to") is None:
            self.fail("a range needs two ends, such as `(0.1-8.9)`")
        self.high = self.number()
        self.measure()
        if "(" in opened and self.take("close") is None:
            self.fail("the bracket is not closed")

    def tail(self) -> None:
        """Read one phrase after the figures."""
        if opened := self.take("open"):
            self.range_in(opened[0])
        elif self.take("divided"):
            pass
        elif unclear := self.take("unclear"):
            word = unclear[0].lower()
            self.fail(f"`{word}` may mean twice in one or once in two; write `every 2 weeks`")
        elif often := self.take("often"):
            times = _ADVERBS.get((often["adverb"] or "").lower()) or _count(often["n"])
            self.often(Fraction(times * (7 if often["day"] else 1)))
        elif every := self.take("every"):
            n = 2 if every["other"] else _count(every["n"])
            if n == 0:
                self.fail("`every 0` is no interval")
            self.often(Fraction(168 if every["h"] else 7 if every["d"] else 1, n))
        elif latin := self.take("latin"):
            self.often(Fraction(_LATIN[latin["latin"].lower()]))
        elif self.take("weekly"):
            self.often(Fraction(1))
        else:
            self.basis_next()

    def basis_next(self) -> None:
        """Read what the figure is for: ``/day``, ``per course``."""
        for basis in _BASES:
            if self.take(basis):
                if self.basis is not None:
                    self.fail(f"it is said to be per {self.basis} and per {basis}")
                self.basis = basis
                return
        if elsewhere := self.take("elsewhere"):
            where = "days and duration have their own fields, `days` and `over`"
            self.fail(f"`{elsewhere[0][:30]}` is not part of the amount: {where}")
        self.fail(f"`{self.rest[:30]}` is not part of an amount")

    def often(self, times: Fraction) -> None:
        """Note the number of doses a week."""
        if self.times is not None:
            self.fail("it says twice how often")
        if not times:
            self.fail("a dose is given at least once")
        self.times = times

    def settle_frequency(self) -> None:
        """Say once what basis and frequency say together."""
        if self.times is None:
            return
        if self.basis in ("course", "week"):
            self.fail(f"it is said to be per {self.basis}, and how often a dose is given")
        if self.basis == "day" and self.times > 7:
            self.fail("is the figure for the whole day or for each dose? write `per dose` or none")
        if self.times == 7:
            self.basis, self.times = "day", None
        else:
            self.basis = "dose"

    def check(self, *, median: bool) -> None:
        """Refuse figures that contradict each other."""
        if median and len(self.values) != 1:
            self.fail("a median is one value")
        if self.values and not median and (self.low, self.high) != (None, None):
            self.fail("the value before the range is not explained; a median is written `median 1`")
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                self.fail("the range runs downwards")
            if self.values and not self.low <= self.values[0] <= self.high:
                self.fail("the median is outside its range")


_BASES: Final[tuple[Basis, ...]] = ("day", "week", "course", "dose")
_SCALES: Final[dict[str, Scale]] = {"flat": "flat", "per kg": "per kg", "per m2": "per m2"}


def _count(text: str) -> int:
    word = text.lower()
    return _WORDS.index(word) if word in _WORDS else int(text)
