"""What a search over records cannot do as PubMed does it, and how that changes the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.strategy.evaluate import Given
from paucity.literature.strategy.filters import is_known
from paucity.literature.strategy.mesh import preferred
from paucity.literature.strategy.nodes import (
    DateField,
    DateRange,
    Field,
    Filter,
    MeSH,
    Near,
    Node,
    PublicationType,
    Recent,
    Strategy,
    Subheading,
    Term,
    Unread,
)
from paucity.literature.strategy.view import WORDS, day
from paucity.literature.strategy.walk import every
from paucity.literature.strategy.words import has_wildcard, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from paucity.literature.record import Record

MAX_NAMED: Final = 5
"""Most terms that a note names."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was not done as PubMed does it.

    Attributes:
        code: stable name.
        what: what was not done, and for which terms.
        effect: how that changes the result.
    """

    code: str
    what: str
    effect: str


def notes_on(
    strategy: Strategy,
    records: Sequence[Record] = (),
    given: Given = Given(),  # noqa: B008
) -> tuple[Note, ...]:
    """Return what a search by this strategy cannot do here, and how that changes what it finds.

    Args:
        strategy: the strategy.
        records: those searched; what they lack is told too.
        given: the headings of MeSH and the day of the search, as far as there are any.
    """
    nodes = tuple(every(strategy))
    return (*_of_terms(nodes), *_of_headings(nodes, given), *_undecided(nodes, records, given))


def _of_terms(nodes: Sequence[Node]) -> Iterator[Note]:
    terms = [n for n in nodes if isinstance(n, Term)]
    if held := [n.text for n in terms if n.field is None]:
        yield Note(
            "untagged",
            f"{_some(held, 'untagged term')}: searched in all fields, each word by itself; PubMed "
            "also maps untagged terms to MeSH headings, journals and other spellings",
            "PubMed may find more",
        )
    phrases = [n.text for n in terms if n.field in WORDS and len(tokens(n.text)) > 1]
    quoted = [n.text for n in terms if n.field is None and n.phrase and len(tokens(n.text)) > 1]
    if held := phrases + quoted:
        yield Note(
            "phrase-index",
            f"{_some(held, 'phrase')}: searched as words side by side; PubMed takes apart a phrase "
            "that is not in its phrase index",
            "PubMed may find more",
        )
    if any(isinstance(n, Near) and len(n.parts) > 2 for n in nodes):
        yield Note(
            "near-many",
            "three or more words near each other: the distance is counted between neighbours",
            "the help does not say how PubMed counts it",
        )
    if held := [n.text for n in terms if n.field is Field.SUBSTANCE]:
        yield Note(
            "substance",
            f"{_some(held, 'substance')}: searched by name; PubMed also knows synonyms",
            "PubMed may find more",
        )


def _of_headings(nodes: Sequence[Node], given: Given) -> Iterator[Note]:
    headings = [n for n in nodes if isinstance(n, MeSH)]
    broad = [n.heading for n in headings if n.explode]
    actions = _texts(nodes, Field.PHARMACOLOGICAL_ACTION)
    if given.mesh is None:
        if broad:
            yield Note(
                "no-explosion",
                f"{_some(broad, 'heading')}: met only as written; without a MeSH descriptor file "
                "narrower headings and entry terms are not known",
                "PubMed finds more, unless all it adds is caught by other terms",
            )
        types = [n.name for n in nodes if isinstance(n, PublicationType) and n.explode]
        if types:
            yield Note(
                "no-narrower-types",
                f"{_some(types, 'publication type')}: met only as written, without narrower types",
                "PubMed may find more",
            )
        if actions:
            yield Note(
                "no-actions",
                f"{_some(actions, 'pharmacological action')}: not known without a MeSH descriptor "
                "file",
                "records are undecided for it",
            )
    else:
        if actions:
            yield Note(
                "actions-of-headings",
                f"{_some(actions, 'pharmacological action')}: known of headings; those of "
                "supplementary concepts do not stand in the descriptor file",
                "PubMed may find more",
            )
        lost = [
            n.heading
            for n in headings
            if not has_wildcard(n.heading) and preferred(given.mesh, n.heading) is None
        ]
        if lost:
            yield Note(
                "heading-unknown",
                f"{_some(lost, 'heading')}: not in the MeSH descriptor file, met only as written",
                "PubMed may find more",
            )
    quals = [n.qualifier for n in headings if n.qualifier and n.explode]
    quals += [n.name for n in nodes if isinstance(n, Subheading) and n.explode]
    if quals:
        yield Note(
            "no-narrower-subheadings",
            f"{_some(quals, 'subheading')}: met only as written, without narrower subheadings",
            "PubMed may find more",
        )


def _texts(nodes: Iterable[Node], field: Field) -> list[str]:
    return [n.text for n in nodes if isinstance(n, Term) and n.field is field]


def _undecided(nodes: Sequence[Node], records: Sequence[Record], given: Given) -> Iterator[Note]:
    if held := [n.name for n in nodes if isinstance(n, Filter) and not is_known(n.name)]:
        yield Note(
            "filter",
            f"{_some(held, 'filter')}: known only to PubMed",
            "records are undecided for it",
        )
    if any(isinstance(n, Recent) for n in nodes) and given.today is None:
        yield Note(
            "no-today",
            "a time before the day of the search is asked for, and no day is given",
            "records are undecided for it: give the day",
        )
    if held := [n.text for n in nodes if isinstance(n, Unread)]:
        yield Note(
            "unread", f"{_some(held, 'part')}: could not be read", "records are undecided for it"
        )
    yield from _lacking(nodes, records)


def _lacking(nodes: Sequence[Node], records: Sequence[Record]) -> Iterator[Note]:
    """Yield what records lack that the strategy asks for."""
    total = len(records)

    def lacks(
        code: str, field: str, lacking: Callable[[Record], bool], effect: str
    ) -> Iterator[Note]:
        count = sum(map(lacking, records))
        if count:
            yield Note(code, f"{count:,} of {total:,} records have no {field}", effect)

    undecided = "they are undecided where it is asked for"
    if any(isinstance(n, MeSH | Subheading) for n in nodes):
        effect = "headings cannot find them; other databases and new citations have none"
        yield from lacks("records-mesh", "MeSH headings", lambda r: not r.mesh, effect)
    if _texts(nodes, Field.LANGUAGE):
        yield from lacks("records-language", "language", lambda r: not r.languages, undecided)
    if any(isinstance(n, PublicationType) for n in nodes):
        test = lambda r: not r.publication_types  # noqa: E731
        yield from lacks("records-type", "publication type", test, undecided)
    dates = [n.field for n in nodes if isinstance(n, DateRange | Recent)]
    for field in dict.fromkeys(dates):
        name = _DATES.get(field, f"date for [{field.value}]")
        yield from lacks(f"records-{field.value}", name, _dateless(field), undecided)


def _dateless(field: DateField) -> Callable[[Record], bool]:
    return lambda record: day(record, field) is None


_DATES: Final = {DateField.PUBLICATION: "year", DateField.ENTRY: "entry date"}


def _some(names: Sequence[str], what: str) -> str:
    """Return how many there are and the first few of them."""
    each = list(dict.fromkeys(names))
    shown = ", ".join(f"`{name}`" for name in each[:MAX_NAMED])
    more = f" and {len(each) - MAX_NAMED} more" if len(each) > MAX_NAMED else ""
    return f"{len(each)} {what}{'s' if len(each) > 1 else ''} ({shown}{more})"
