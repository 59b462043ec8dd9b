"""Operands of Ovid's syntax whose field stands behind them, and the nodes that they become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from paucity.literature.strategy.fields import subheading
from paucity.literature.strategy.nodes import (
    And,
    At,
    Field,
    MeSH,
    Near,
    Node,
    Not,
    Or,
    PublicationType,
    Subheading,
    Term,
    Unread,
)
from paucity.literature.strategy.scan import Source, fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LETTER: Final = re.compile(r"[^\W_]")

FIELDS: Final[Mapping[str, Field]] = {
    "ti": Field.TITLE,
    "ab": Field.ABSTRACT,
    "kf": Field.KEYWORD,
    "kw": Field.KEYWORD,
    "mp": Field.TEXT_WORD,
    "af": Field.ALL,
    "ot": Field.TRANSLITERATED_TITLE,
    "in": Field.AFFILIATION,
    "au": Field.AUTHOR,
    "fa": Field.FULL_AUTHOR,
    "jn": Field.JOURNAL,
    "ja": Field.JOURNAL,
    "jw": Field.JOURNAL,
    "la": Field.LANGUAGE,
    "lg": Field.LANGUAGE,
    "nm": Field.SUBSTANCE,
    "rn": Field.REGISTRY_NUMBER,
    "ui": Field.PMID,
    "do": Field.DOI,
    "si": Field.REGISTRATION,
    "vo": Field.VOLUME,
    "ip": Field.ISSUE,
    "pg": Field.PAGE,
    "cp": Field.PLACE,
    "pn": Field.NAME_AS_SUBJECT,
}
"""Field of each of Ovid's codes for MEDLINE that stands for one.

Source: the fields that Ovid's database guides list for records of MEDLINE, "Ovid Nursing Database
Database Guide" (https://ospguides.ovid.com/OSPguides/ovrndb.htm) and "MEDLINE 2024 Database Guide"
(https://ospguides.ovid.com/OSPguides/medline.htm). That ``ja`` and ``vo`` are among them could not
be verified. Ovid compares ``au``, ``jn`` and ``kw`` as whole phrases, ``jw`` and ``kf`` by their
words; here all are compared by words, so ``.kw.`` finds more than in Ovid.
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """Words or choices of words near each other, whose field is not yet known."""

    parts: tuple[tuple[str, ...], ...]
    distance: int
    ordered: bool
    at: At


@dataclass(frozen=True, slots=True)
class Bare:
    """Words whose field is not yet known."""

    text: str
    quoted: bool
    at: At


@dataclass(frozen=True, slots=True)
class Group:
    """Operands joined by operators, whose field may still come."""

    items: tuple[Item, ...]
    operators: tuple[str, ...]


Item: TypeAlias = "Node | Chain | Bare | Group"


def finished(source: Source, item: Item | None, codes: tuple[str, ...] | None) -> Node | None:
    """Return the node of a draft, its untagged words in the given fields."""
    match item:
        case None:
            return None
        case Group(items, operators):
            return _folded(source, items, operators, codes)
        case Bare() | Chain():
            return _placed(source, item, codes)
        case _:
            return item


def _folded(
    source: Source,
    items: tuple[Item, ...],
    operators: tuple[str, ...],
    codes: tuple[str, ...] | None,
) -> Node | None:
    nodes = [finished(source, x, codes) for x in items]
    run, operator = [nodes[0]], ""
    for op, node in zip(operators, nodes[1:], strict=True):
        if op == operator and op != "not":
            run.append(node)
            continue
        run, operator = [_join(run, operator), node], op
    return _join(run, operator)


def _placed(source: Source, item: Bare | Chain, codes: tuple[str, ...] | None) -> Node | None:
    if isinstance(item, Bare) and not _LETTER.search(item.text):
        return None
    if codes is None:
        codes = ("mp",)
    if set(codes) in ({"ti", "ab", "kf"}, {"ti", "ab", "kw"}, {"tw", "kf"}, {"tw", "kw"}):
        return _in_field(item, Field.TITLE_ABSTRACT)
    nodes = tuple(dict.fromkeys(n for code in codes for n in _coded(source, item, code)))
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else Or(nodes, item.at)


def _coded(source: Source, item: Bare | Chain, code: str) -> Iterator[Node]:
    if code == "tw":
        yield _in_field(item, Field.TITLE)
        yield _in_field(item, Field.ABSTRACT)
    elif code in FIELDS:
        yield _in_field(item, FIELDS[code])
    elif isinstance(item, Bare) and code in {"sh", "fs", "xs", "pt"}:
        yield _indexed(item, code)
    else:
        offset = source.starts[item.at.line - 1] + item.at.column - 1
        message = f"Ovid's field .{code}. is not read here"
        hint = f"read are: {', '.join(sorted(FIELDS))}, tw, sh, fs, xs, pt"
        fault(source, "strategy-tag-unknown", offset, message, hint)
        yield Unread(f".{code}.", item.at)


def _join(run: list[Node | None], operator: str) -> Node | None:
    nodes = [node for node in run if node is not None]
    if operator == "not":
        if len(nodes) == 2:
            return Not(nodes[0], nodes[1], nodes[0].at)
        return run[0]
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    return (And if operator == "and" else Or)(tuple(nodes), nodes[0].at)


def place(item: Item) -> At:
    """Return where an operand begins."""
    return place(item.items[0]) if isinstance(item, Group) else item.at


def choices(item: Item) -> tuple[str, ...]:
    """Return the words an operand of adjacency offers; empty if it is more than that."""
    if isinstance(item, Bare):
        return (item.text,)
    if isinstance(item, Group) and set(item.operators) == {"or"}:
        each = [choices(x) for x in item.items]
        return tuple(w for words in each for w in words) if all(each) else ()
    return ()


def _in_field(item: Bare | Chain, field: Field) -> Node:
    if isinstance(item, Chain):
        return Near(item.parts, item.distance, field, item.ordered, item.at)
    return Term(item.text, field, item.quoted, item.at)


def _indexed(item: Bare, code: str) -> Node:
    match code:
        case "sh":
            return MeSH(item.text, "", explode=False, at=item.at)
        case "pt":
            return PublicationType(item.text, explode=False, at=item.at)
        case _:
            name = subheading(item.text) or item.text.casefold()
            return Subheading(name, explode=code == "xs", at=item.at)
