"""Reporting checklists, filled where the data of a review know the answer.

The items are data in ``library/checklists/``. An answer says what paucity knows and where it
stands; it never judges that an item is met, which is for a person who has read the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import yaml

from paucity import __version__
from paucity.report.checklist_answers import ANSWERS
from paucity.report.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paucity.report.checklist_facts import Answer, Facts

CHECKLISTS: Final = ("prisma-2020", "prisma-s", "prisma-scr")
"""The checklists, by the names of their files."""

UNKNOWN: Final = "not known to paucity"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist: number, section, topic, what it asks for, and who answers it."""

    item: str
    section: str
    topic: str
    asks: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A reporting guideline's items, with its citation."""

    name: str
    title: str
    citation: str
    items: tuple[Item, ...]


@cache
def checklist(name: str) -> Checklist:
    """Return a checklist of the library.

    >>> len(checklist("prisma-s").items), len(checklist("prisma-scr").items)
    (16, 22)
    """
    text = files("paucity").joinpath("library", "checklists", f"{name}.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    items = tuple(Item(**item) for item in data["items"])
    return Checklist(data["name"], data["title"], data["citation"], items)


def answers_to(held: Checklist, facts: Facts) -> Mapping[str, Answer | None]:
    """Return the answer to each item by its number, None where paucity knows nothing of it."""
    return {i.item: ANSWERS[i.answer](facts) if i.answer else None for i in held.items}


def checklist_table(name: str, facts: Facts) -> Table:
    """Return a checklist as a table: each item with what paucity knows of it, and where."""
    held = checklist(name)
    answers = answers_to(held, facts)
    rows = []
    for item in held.items:
        answer = answers[item.item]
        told = Cell(UNKNOWN) if answer is None else Cell(answer.text, None, answer.span)
        cells = {
            "item": Cell(item.item, item.item),
            "topic": Cell(item.topic),
            "asks": Cell(item.asks),
            "answer": told,
            "where": Cell("" if answer is None else answer.where),
        }
        rows.append(TableRow(cells, item.section))
    columns = (
        Column("item", "Item"),
        Column("topic", "Topic"),
        Column("asks", "What it asks for, in short"),
        Column("answer", "What the data say"),
        Column("where", "Where"),
    )
    known = sum(answer is not None for answer in answers.values())
    notes = (
        f"{held.citation}. The short wording of the items is ours; the statement's own counts.",
        f"paucity {__version__} answers {known} of {len(held.items)} items from the data.",
        "An answer says where something stands, not that the item is met.",
    )
    return Table(name, held.title, columns, tuple(rows), notes)
