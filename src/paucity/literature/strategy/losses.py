"""What both translations share: the losses noted on the way, and operands that fall away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Losses:
    """Sentences on what is lost, each once, with what it befell."""

    held: dict[str, list[str]] = field(default_factory=dict)

    def note(self, sentence: str, what: str) -> None:
        """Note a loss and what it befell."""
        names = self.held.setdefault(sentence, [])
        if what not in names:
            names.append(what)

    def told(self) -> tuple[str, ...]:
        """Return the losses in the order they were met."""
        return tuple(f"{sentence}: {_some(names)}" for sentence, names in self.held.items())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def joined(parts: Sequence[tuple[str, bool] | None], word: str) -> tuple[str, bool] | None:
    """Join operands that are left, in parentheses where they are joined themselves.

    Each is its text and whether it is made of several; None has fallen away.
    """
    left = [p for p in parts if p is not None]
    if len(left) < 2:
        return left[0] if left else None
    return f" {word} ".join(f"({text})" if several else text for text, several in left), True
