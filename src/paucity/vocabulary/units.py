"""Units of markers, doses and durations, converted exactly.

Spellings are those of UCUM and those people print: ``10*9/L``, ``×10⁹/l``, ``cells/µl``. Sizes
are fractions, so a conversion loses nothing. A conversion that depends on what is measured (mass
to amount of substance) needs the marker to state it; one that depends on the assay is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from paucity.vocabulary.terms import Fact, Term

MONTH_DAYS: Final = Fraction(487, 16)
"""Days in a month: 30.4375, a twelfth of 365.25."""

YEAR_DAYS: Final = Fraction(1461, 4)
"""Days in a year: 365.25."""

Dimension: TypeAlias = tuple[tuple[str, int], ...]


class UnitError(ValueError):
    """A value cannot be turned into the unit asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as understood.

    Attributes:
        code: its UCUM code, such as ``10*9/L``.
        factor: its size in the base unit of its dimension.
        dimension: what it measures, as base quantities and their powers.
        slip: what was probably meant where the spelling is not a unit (``U/I`` for U/L), in a
            sentence; empty where it is one. The other attributes are of the unit meant.
        offset: the base unit's value at zero; only temperatures have one.
    """

    code: str
    factor: Fraction
    dimension: Dimension
    slip: str = ""
    offset: Fraction = Fraction(0)


# Prefixes that occur with the atoms below, in lower case: letter to size.
_PREFIXES: Final = {
    "k": Fraction(1000),
    "": Fraction(1),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 1000),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}

# Atoms that take a prefix: spelling to UCUM code and base quantity.
_METRIC: Final = {
    "g": ("g", "mass"),
    "l": ("L", "volume"),
    "mol": ("mol", "amount of substance"),
    "m": ("m", "length"),
    "u": ("U", "activity"),
    "iu": ("[iU]", "international unit"),
}

# Whole words: spelling to UCUM code, base quantity and size.
_WORDS: Final[dict[str, tuple[str, str, Fraction]]] = {}

for _spellings, _code, _quantity, _size in (
    ("s sec second seconds", "s", "time", Fraction(1, 86400)),
    ("min minute minutes", "min", "time", Fraction(1, 1440)),
    ("h hr hrs hour hours", "h", "time", Fraction(1, 24)),
    ("d day days", "d", "time", Fraction(1)),
    ("wk wks w week weeks", "wk", "time", Fraction(7)),
    ("mo mos month months", "mo", "time", MONTH_DAYS),
    ("y yr yrs a year years", "a", "time", YEAR_DAYS),
    ("% percent", "%", "", Fraction(1, 100)),
    ("cell cells", "{cells}", "", Fraction(1)),
    ("copy copies", "{copies}", "copies", Fraction(1)),
    ("dose doses", "{dose}", "dose", Fraction(1)),
    ("course courses", "{course}", "course", Fraction(1)),
    ("feu", "{FEU}", "fibrinogen-equivalent unit", Fraction(1)),
    ("ddu", "{DDU}", "D-dimer unit", Fraction(1)),
    ("mm3 mm^3", "mm3", "volume", Fraction(1, 10**6)),
    ("gram grams", "g", "mass", Fraction(1)),
    ("liter liters litre litres", "L", "volume", Fraction(1)),
    ("unit units", "U", "activity", Fraction(1)),
    ("ui [iu]", "[iU]", "international unit", Fraction(1)),
    ("mcg", "ug", "mass", Fraction(1, 10**6)),
    ("mcl", "uL", "volume", Fraction(1, 10**6)),
):
    for _spelling in _spellings.split():
        _WORDS[_spelling] = (_code, _quantity, _size)

_TEMPERATURES: Final = {
    "cel": ("Cel", Fraction(1), Fraction(0)),
    "[degf]": ("[degF]", Fraction(5, 9), Fraction(-160, 9)),
}
_DEGREES: Final = {
    "°c": "cel",
    "℃": "cel",
    "c": "cel",
    "celsius": "cel",
    "°f": "[degf]",
    "f": "[degf]",
    "℉": "[degf]",
    "fahrenheit": "[degf]",
}

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER: Final = re.compile(r"(?:[x×*·]\s*)?10\s*(?:\^|\*\*?|[eE])\s*\{?([0-9]{1,2})\}?\s*[·.*]?")
_LOST_POWER: Final = re.compile(
    r"(?:[x×*·]\s*)?10\s?(3|6|9|12)(?=\s*(?:cells?\s*)?/)", re.IGNORECASE
)
_TOKEN: Final = re.compile(r"([a-zA-Z%\[\]{}]+)(?:\^?(-?[1-3]))?")
_LONGEST: Final = 40


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit | None:
    """Read a unit as printed.

    Case does not matter, except that a capital I where a litre belongs is a misread l, and that
    ``G/L`` is refused: it is giga per litre to some and gram per litre to others.

    Args:
        text: the unit, such as ``×10⁹/l``, ``mg/kg/day``, ``cells/µl`` or ``2 wk``'s ``wk``.

    Returns:
        The unit, or None where the text is no unit known here. A recognisable slip (``U/I``,
        ``109/L``, a count without its volume) gives the unit meant, with its `slip`.

    >>> parse_unit("x 10⁹/l").code
    '10*9/L'
    >>> parse_unit("U/I").slip
    '`U/I` is not a unit; U/L is probably meant (a capital I for the l of litre)'
    """
    if len(text) > _LONGEST or not text.strip():
        return None
    plain = _plain(text)
    if plain in ("", "G/L", "G/l"):
        return None
    if plain.casefold() in _TEMPERATURES or plain.casefold() in _DEGREES:
        key = plain.casefold()
        code, factor, offset = _TEMPERATURES[_DEGREES.get(key, key)]
        return Unit(code, factor, (("temperature", 1),), "", offset)
    slips: list[str] = []
    power, rest = _split_power(plain, slips)
    if power and not rest:
        rest = "/L"
        slips.append("a count without its volume")
    built = _product(rest, power, slips)
    if built is None:
        return None
    code, factor, dimension = built
    if not code:
        return None
    slip = ""
    if slips:
        reasons = ", and ".join(slips)
        slip = f"`{text.strip()}` is not a unit; {code} is probably meant ({reasons})"
    return Unit(code, factor, dimension, slip)


def _plain(text: str) -> str:
    """Return the text with one spelling for superscripts, micro signs, `per` and annotations."""
    plain = re.sub(r"(?<=10)(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])", "^", text.strip()).translate(_SUPERSCRIPTS)
    plain = re.sub(r"\bu\s+(?=[gl])", "u", plain.replace("µ", "u").replace("μ", "u"))
    plain, found = re.subn(r"\s*\{?\b(FEU|DDU)\b\}?", "", plain, count=1, flags=re.IGNORECASE)
    if found:
        plain = f"{'FEU' if 'feu' in text.casefold() else 'DDU'} {plain}"
    return re.sub(r"\s*(?:/|\bper\b)\s*", "/", plain)


def _split_power(plain: str, slips: list[str]) -> tuple[int, str]:
    """Take a leading power of ten off a unit."""
    if match := _POWER.match(plain):
        return int(match[1]), plain[match.end() :].strip()
    if match := _LOST_POWER.match(plain):
        slips.append("the superscript was lost")
        return int(match[1]), plain[match.end() :].strip()
    if match := re.match(r"k(?=\s*(?:cells?)?/u?l$)", plain, re.IGNORECASE):
        return 3, plain[match.end() :].strip()
    return 0, plain


def _product(rest: str, power: int, slips: list[str]) -> tuple[str, Fraction, Dimension] | None:
    """Multiply the atoms of ``a.b/c/d`` together."""
    upper, *lower = rest.split("/")
    if upper.strip() == "1" and lower:
        upper = ""
    factor = Fraction(10) ** power
    dimension: dict[str, int] = {}
    codes: list[list[str]] = [[f"10*{power}"] if power else [], []]
    if not (upper.strip() or lower):
        return None
    for below, part in [(False, upper), *((True, p) for p in lower)]:
        tokens = [t for t in re.split(r"[.·\s]+", part.strip()) if t]
        if below and not tokens:
            return None
        for token in tokens:
            atom = _atom(token, slips, below=below)
            if atom is None:
                return None
            code, quantity, size, exponent = atom
            sign = -exponent if below else exponent
            factor *= size**sign
            if quantity:
                dimension[quantity] = dimension.get(quantity, 0) + sign
            digits = str(abs(sign)) if abs(sign) > 1 else ""
            codes[sign < 0].append(code + digits)
    if power and codes[0][1:] == ["{cells}"]:
        del codes[0][1]
    written = ".".join(codes[0]) + "".join(f"/{c}" for c in codes[1])
    measured = tuple(sorted((q, n) for q, n in dimension.items() if n))
    return written, factor, measured


def _atom(token: str, slips: list[str], *, below: bool) -> tuple[str, str, Fraction, int] | None:
    """Read one atom with its power: its UCUM code, base quantity, size and exponent."""
    if below and re.fullmatch(r"[dmuµ]?[I1|]", token):
        what = {"I": "a capital I", "1": "the digit 1", "|": "a bar"}[token[-1]]
        slips.append(f"{what} for the l of litre")
        token = f"{token[:-1]}l"
    if found := _WORDS.get(token.casefold()):
        return (*found, 1)
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    spelled = match[1].strip("{}").casefold()
    exponent = int(match[2] or 1)
    if spelled == "kg" and below != (exponent < 0):
        return "kg", "body weight", Fraction(1), exponent
    if found := _WORDS.get(spelled):
        return (*found, exponent)
    if spelled == "m" and exponent not in (2, 3):
        return None
    for length in (1, 0):
        prefix, atom = spelled[:length], spelled[length:]
        if prefix in _PREFIXES and atom in _METRIC:
            code, quantity = _METRIC[atom]
            return prefix + code, quantity, _PREFIXES[prefix], exponent
    return None


def _read(text: str, marker: Term | None) -> Unit:
    """Read a unit that must be one."""
    unit = parse_unit(text)
    if unit is not None:
        return unit
    message = f"`{text[:_LONGEST]}` is not a unit known here"
    if marker and (usual := marker.extra.get("unit")):
        message += f"; the usual unit of {marker.label} is {usual}"
    raise UnitError(message)


def convert(value: Fraction, frm: str, to: str, marker: Term | None = None) -> Fraction:
    """Turn a value from one unit into another, exactly.

    Args:
        value: the value in `frm`.
        frm: the unit it is in.
        to: the unit wanted.
        marker: what was measured. Its ``equivalent`` facts (``1 mmol/L = 88.57 mg/dL``) allow
            conversions between different quantities, its ``assay_specific`` units forbid them.

    Returns:
        The value in `to`.

    Raises:
        UnitError: a unit is not known, or the two do not measure the same thing.

    >>> convert(Fraction(2), "g/l", "mg/dl")
    Fraction(200, 1)
    """
    source, target = _read(frm, marker), _read(to, marker)
    if source.dimension == target.dimension:
        return (value * source.factor + source.offset - target.offset) / target.factor
    for left, right in _equivalents(marker):
        for one, other in ((left, right), (right, left)):
            same = one[1].dimension == source.dimension and (other[1].dimension == target.dimension)
            if same:
                in_one = value * source.factor / one[1].factor
                return in_one / one[0] * other[0] * other[1].factor / target.factor
    raise UnitError(_refusal(source, target, marker))


def _refusal(source: Unit, target: Unit, marker: Term | None) -> str:
    """Say why two units are not interchangeable."""
    specific = _several(marker.extra.get("assay_specific", ())) if marker else ()
    known = {u.dimension for word in specific if (u := parse_unit(word))}
    if marker and {source.dimension, target.dimension} <= known:
        return (
            f"{marker.label} in {source.code} cannot be turned into {target.code}: the ratio"
            " depends on the assay; keep each series in the unit it was measured in"
        )
    of = f" of {marker.label}" if marker else ""
    return (
        f"{source.code} cannot be turned into {target.code}: {_measures(source)}{of} is not"
        f" {_measures(target)}"
    )


def _measures(unit: Unit) -> str:
    """Say in words what a unit measures."""
    if not unit.dimension:
        return "a plain number"
    above = [f"{q} to the power {n}" if n > 1 else q for q, n in unit.dimension if n > 0]
    below = [f"{q} to the power {-n}" if n < -1 else q for q, n in unit.dimension if n < 0]
    return " per ".join([" times ".join(above) or "number", *below])


_QUANTITY: Final = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(\S.{0,39})")


def parse_quantity(text: str) -> tuple[Fraction, Unit] | None:
    """Read a number with its unit, or return None.

    >>> parse_quantity("1.5 g/l")[0]
    Fraction(3, 2)
    >>> parse_quantity("2.0x10^9")[1].slip
    '`x10^9` is not a unit; 10*9/L is probably meant (a count without its volume)'
    """
    match = _QUANTITY.fullmatch(text)
    unit = parse_unit(match[2]) if match else None
    return (Fraction(match[1]), unit) if match and unit else None


def parse_equivalent(text: str) -> tuple[tuple[Fraction, Unit], tuple[Fraction, Unit]] | None:
    """Read an equation of two quantities, such as ``1 mmol/L = 88.57 mg/dL``, or return None."""
    left, _, right = text.partition("=")
    first, second = parse_quantity(left), parse_quantity(right)
    return (first, second) if first and second and first[0] and second[0] else None


def _equivalents(
    marker: Term | None,
) -> Iterable[tuple[tuple[Fraction, Unit], tuple[Fraction, Unit]]]:
    """Return the pairs of equal quantities a marker states."""
    for text in _several(marker.extra.get("equivalent", ())) if marker else ():
        if pair := parse_equivalent(text):
            yield pair


def _several(fact: Fact) -> tuple[str, ...]:
    return (fact,) if isinstance(fact, str) else fact


@lru_cache(maxsize=4096)
def duration_days(text: str) -> Fraction | None:
    """Return a length of time in days.

    A month is 30.4375 days and a year 365.25.

    Args:
        text: a number and a unit of time: ``14 d``, ``2 weeks``, ``3.5 months``.

    Returns:
        Days, or None where the text is no single length of time.

    >>> duration_days("2 wk")
    Fraction(14, 1)
    """
    quantity = parse_quantity(text)
    if quantity is None or quantity[1].dimension != (("time", 1),):
        return None
    return quantity[0] * quantity[1].factor
