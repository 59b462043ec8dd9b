"""Values and days of a large table as they are printed, a column at a time.

Whole numbers are printed by Arrow's own functions; whatever else there is, once for each distinct
value, by the function that prints it everywhere.
"""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from paucity.response.measured import Measured, say
from paucity.response.settings import MICROSECONDS
from paucity.response.table_series import NONE

if TYPE_CHECKING:
    from paucity.response.table_series import Scale

CONFLICTING: Final = "conflicting"

_MILLION: Final = 1_000_000
_STEP: Final = MICROSECONDS // _MILLION
"""Microseconds in a millionth of a day."""


def value_texts(low: Any, scale: Scale, ends: tuple[Any, Any, Any] | None = None) -> Any:
    """Return values as they are printed, as an Arrow array of text.

    Args:
        low: an Arrow array of whole numbers, as they are in the table; null where nothing is.
        scale: how the marker stands there.
        ends: the upper end, and whether the lower and the upper are open; of single numbers, if
            left out.

    >>> import pyarrow as pa
    >>> from paucity.response.table_series import Scale
    >>> value_texts(pa.array([1250, 1000, None, -1]), Scale(1, 1000)).to_pylist()
    ['1.25', '1', None, 'conflicting']
    """
    codes = low.dictionary_encode()
    texts = _numbers(codes.dictionary, scale).take(codes.indices)
    if ends is None:
        return texts
    pc = import_module("pyarrow.compute")
    odd = pc.fill_null(pc.and_(pc.not_equal(low, ends[0]), pc.not_equal(low, NONE)), False)  # noqa: FBT003
    if not pc.any(odd).as_py():
        return texts
    found = _intervals([c.filter(odd) for c in (low, *ends)], scale)
    return pc.replace_with_mask(texts, odd, found)


def _numbers(values: Any, scale: Scale) -> Any:
    """Return single numbers, or the words of a sign, as text."""
    pa, pc = import_module("pyarrow"), import_module("pyarrow.compute")
    digits = len(str(scale.scale)) - 1
    if not scale.values and scale.scale == 10**digits and pa.types.is_integer(values.type):
        values = values.cast(pa.int64())
        texts = _decimals(values, digits)
        return pc.if_else(pc.equal(values, NONE), CONFLICTING, texts)
    found = [int(v) for v in values.to_pylist()]
    if scale.values:
        words = [CONFLICTING if v == NONE else scale.values[v] for v in found]
    else:
        words = [CONFLICTING if v == NONE else say(Fraction(v, scale.scale)) for v in found]
    return pa.array(words, pa.string())


def _decimals(values: Any, digits: int) -> Any:
    """Return whole numbers over a power of ten as text, without zeros at the end."""
    pa, pc = import_module("pyarrow"), import_module("pyarrow.compute")
    if not digits:
        return values.cast(pa.string())
    scale = pa.scalar(10**digits, pa.int64())
    whole = pc.divide(values, scale)
    rest = pc.subtract(values, pc.multiply(whole, scale)).cast(pa.string())
    padded = pc.utf8_lpad(rest, digits, "0")
    texts = pc.binary_join_element_wise(whole.cast(pa.string()), padded, ".")
    return pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")


def _intervals(columns: list[Any], scale: Scale) -> Any:
    """Return values below, above or between as text, each distinct one printed once."""
    pa = import_module("pyarrow")
    known: dict[tuple[Any, ...], str] = {}
    texts = []
    for value in zip(*(c.to_pylist() for c in columns), strict=True):
        if value not in known:
            low, high, low_open, high_open = value
            ends = [None if e == NONE else Fraction(int(e), scale.scale) for e in (low, high)]
            known[value] = str(Measured(ends[0] or Fraction(0), ends[1], low_open, high_open))
        texts.append(known[value])
    return pa.array(texts, pa.string())


def days(at: Any) -> Any:
    """Return moments in days, to 6 decimals where they have no end, as an Arrow array.

    A number of days ends where the microseconds are a multiple of 27: a day is 27 times a product
    of twos and fives. One half of the sixth decimal is such a number, so rounding never ties.

    Args:
        at: microseconds from the index, an Arrow array of whole numbers.

    >>> import pyarrow as pa
    >>> days(pa.array([86_400_000_000, 27_000_000, -60_000_000])).to_pylist()
    [1.0, 0.0003125, -0.000694]
    """
    pa, pc = import_module("pyarrow"), import_module("pyarrow.compute")
    at = at.cast(pa.int64())
    ends = pc.equal(pc.subtract(at, pc.multiply(pc.divide(at, 27), 27)), 0)
    size = pc.divide(pc.add(pc.multiply(pc.abs(at), 2), _STEP), 2 * _STEP)
    near = pc.divide(pc.multiply(size, pc.sign(at)).cast(pa.float64()), float(_MILLION))
    return pc.if_else(ends, pc.divide(at.cast(pa.float64()), float(MICROSECONDS)), near)


def day_text(day: float) -> str:
    """Return a number of days as text: that which `days` was given.

    >>> day_text(0.0003125), day_text(-0.000694), day_text(14.0)
    ('0.0003125', '-0.000694', '14')
    """
    at = Fraction(round(Fraction(day) * MICROSECONDS), MICROSECONDS)
    return say(at)
