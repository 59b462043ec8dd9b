"""Walk through a strategy and write it for a database that takes it as one query.

What is common to such databases stands here: operators, parentheses, words near each other, and
what falls away. How a term, a heading or a date is written is the database's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

from paucity.literature.strategy.losses import Losses, joined
from paucity.literature.strategy.nodes import And, Near, Node, Not, Or, Term
from paucity.literature.strategy.show import show

if TYPE_CHECKING:
    from paucity.literature.strategy.nodes import Field

Piece: TypeAlias = "tuple[str, bool]"
"""A text, and whether it is made of several operands."""


class Writer(ABC):
    """Writes the nodes of a strategy, and notes what is lost.

    Attributes:
        losses: noted so far.
    """

    def __init__(self, database: str, negation: str = "NOT") -> None:
        """Begin without losses.

        Args:
            database: as it is called in the sentences on losses.
            negation: what stands between what is wanted and what is not.
        """
        self.database = database
        self.negation = negation
        self.losses = Losses()

    def piece(self, node: Node) -> Piece | None:
        """Return a node's text; None if the database has nothing for it."""
        match node:
            case And(operands):
                return joined([self.piece(x) for x in operands], "AND")
            case Or(operands):
                return joined([self.piece(x) for x in operands], "OR")
            case Not(left, right):
                first, second = self.piece(left), self.piece(right)
                return first if first is None else joined([first, second], self.negation)
            case Term():
                return self.term(node)
            case Near(parts):
                self.losses.note("no distance between words; all must be there", show(node))
                each = [joined([self.words(w, node.field) for w in part], "OR") for part in parts]
                return joined(each, "AND")
            case _:
                return self.indexed(node)

    def lost(self, kind: str, what: str) -> Piece | None:
        """Note that something has no counterpart, and give nothing for it."""
        sentence = f"{kind} has no counterpart in {self.database}; it is left out"
        self.losses.note(f"{sentence} (more is found if AND joined it, less if OR did)", what)
        return None

    @abstractmethod
    def term(self, term: Term) -> Piece | None:
        """Return a term's text."""

    @abstractmethod
    def words(self, text: str, field: Field) -> Piece | None:
        """Return the text of words in a field, without a further note on the field."""

    @abstractmethod
    def indexed(self, node: Node) -> Piece | None:
        """Return the text of a heading, a date, a filter or whatever else is no words."""
