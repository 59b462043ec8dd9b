"""Turn the LaTeX of BibTeX fields into text and back: accents, letters, escapes, braces."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCENTS: Final[Mapping[str, str]] = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_LETTERS: Final[Mapping[str, str]] = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "th": "þ", "dj": "đ", "ng": "ŋ",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ", "mu": "μ",
    "textendash": "–", "textemdash": "—", "textregistered": "®", "texttrademark": "™",
    "textquoteright": "’", "textquoteleft": "‘", "textasciitilde": "~", "textbackslash": "\\",
    "pm": "±", "geq": "≥", "leq": "≤", "times": "×",
}  # fmt: skip
_ACCENT: Final = re.compile(
    r"\{\\([`'^~=.\"]|[uvHcdbkr](?=[ {]))\s*(?:\{(\\?[A-Za-z])\}|(\\?[A-Za-z]))\}"
    r"|\\([`'^~=.\"]|[uvHcdbkr](?=[ {]))\s*(?:\{(\\?[A-Za-z])\}|(\\?[A-Za-z]))"
)
_LETTER: Final = re.compile(
    rf"(\{{)?\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})"
    r"(?![A-Za-z])(?:\{\}|\s)?(?(1)\})"
)
_ESCAPED: Final = re.compile(r"\\([&%$#_{}])")


def plain_text(value: str) -> str:
    r"""Return a BibTeX value as text; a macro we do not know stays as written.

    >>> plain_text(r'M{\"u}ller, J{\'o}se \& the {WHO} group')
    'Müller, Jóse & the WHO group'
    """
    if "\\" not in value and "{" not in value and "}" not in value:
        return value
    value = _ESCAPED.sub(lambda m: f"\ue000{ord(m[1]):02x}\ue001", value)
    value = _ACCENT.sub(_accented, value)
    value = _LETTER.sub(lambda m: _LETTERS[m[2]], value)
    value = value.replace("{", "").replace("}", "")
    return re.sub("\ue000([0-9a-f]{2})\ue001", lambda m: chr(int(m[1], 16)), value)


def _accented(found: re.Match[str]) -> str:
    accent = found[1] or found[4]
    letter = (found[2] or found[3] or found[5] or found[6]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def escaped(text: str) -> str:
    r"""Return text as the inside of a braced BibTeX value; :func:`plain_text` gives it back.

    >>> escaped("50% & {more}")
    '50\\% \\& \\{more\\}'
    """
    return re.sub(r"([&%$#_{}])", r"\\\1", text)
