"""What a check is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """One check: a code, a severity, and the function that looks.

    The function yields a span, a message, a hint and a subject for each thing found; its docstring
    is the check's documentation.
    """

    code: str
    severity: Severity
    look: Callable[[T], Iterator[Found]]

    @property
    def title(self) -> str:
        """Return the first line of the documentation."""
        return self.doc.split("\n", 1)[0].rstrip(".")

    @property
    def doc(self) -> str:
        """Return the documentation."""
        from inspect import cleandoc

        return cleandoc(self.look.__doc__ or "")

    def __call__(self, subject: T) -> Iterator[Finding]:
        return map(self.finding, self.look(subject))

    def finding(self, found: Found) -> Finding:
        """Return what was found as a finding."""
        return Finding(
            self.code, self.severity, found.span, found.message, found.hint, found.subject
        )


@dataclass(frozen=True, slots=True)
class Found:
    """One thing a check found."""

    span: Span
    message: str
    subject: str
    hint: str = ""


def check(code: str, severity: Severity) -> Callable[[Callable[[T], Iterator[Found]]], Check[T]]:
    """Make a check of a function."""

    def make(look: Callable[[T], Iterator[Found]]) -> Check[T]:
        return Check(code, severity, look)

    return make


ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def joined(parts: list[str] | tuple[str, ...]) -> str:
    """Return words joined as English does.

    >>> joined(["a", "b", "c"])
    'a, b and c'
    """
    words = list(parts)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
