"""Write a strategy in another database's syntax, and list what is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from paucity.literature.strategy.show import show_strategy
from paucity.literature.strategy.to_europepmc import to_europepmc
from paucity.literature.strategy.to_ovid import to_ovid

if TYPE_CHECKING:
    from paucity.literature.strategy.nodes import Strategy

Target = Literal["pubmed", "ovid", "europepmc"]


def translate(strategy: Strategy, target: Target) -> tuple[str, tuple[str, ...]]:
    """Return a strategy in the syntax of PubMed, Ovid (MEDLINE) or Europe PMC, and the losses.

    Args:
        strategy: as read.
        target: whose syntax to write.

    Returns:
        The text, and for each kind of thing that the other database does not do as PubMed does it
        one sentence that says what becomes of it and how that changes the result.

    >>> from paucity.literature.strategy.parse import parse_strategy
    >>> text, losses = translate(parse_strategy('"hip pain"[tiab:~2] AND english[la]'), "ovid")
    >>> text, losses
    ('(hip adj3 pain).ti,ab,kf. and english.lg.', ())
    """
    if target == "ovid":
        return to_ovid(strategy)
    if target == "europepmc":
        return to_europepmc(strategy)
    return show_strategy(strategy), _unshown(strategy)


def _unshown(strategy: Strategy) -> tuple[str, ...]:
    from paucity.literature.strategy.nodes import Near, Term, Unread
    from paucity.literature.strategy.walk import every

    losses = []
    nodes = tuple(every(strategy))
    if any(isinstance(n, Unread) for n in nodes):
        losses.append("what could not be read is written as a phrase: look at it")
    texts = [n.text for n in nodes if isinstance(n, Term)]
    near = [n for n in nodes if isinstance(n, Near)]
    texts += [text for n in near for part in n.parts for text in part]
    if any(sign in text for text in texts for sign in "$?#"):
        losses.append("PubMed has no wildcard but `*`: `?`, `#` and `$` are passed over")
    if any("*" in text for n in near for part in n.parts for text in part):
        losses.append("PubMed passes over the distance where a word is truncated")
    if any(n.ordered for n in near):
        losses.append("PubMed's distance takes words in any order: it finds more")
    return tuple(losses)
