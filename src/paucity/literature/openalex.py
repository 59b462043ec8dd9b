"""Read what OpenAlex answers as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.record import Person, Record
from paucity.literature.responses import end, keep_rest, list_at, read_items, text_at

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

    from paucity.literature.draft import Draft, Reading

_USED: Final = frozenset(
    {
        "id", "doi", "title", "display_name", "publication_year", "publication_date", "ids",
        "language", "type", "authorships", "biblio", "abstract_inverted_index", "keywords",
        "referenced_works", "is_retracted", "primary_location",
    }
)  # fmt: skip

_TYPES: Final[Mapping[str, str]] = {
    "article": "article-journal",
    "review": "article-journal",
    "letter": "article-journal",
    "editorial": "article-journal",
    "erratum": "article-journal",
    "retraction": "article-journal",
    "preprint": "article",
    "book": "book",
    "book-chapter": "chapter",
    "dissertation": "thesis",
    "report": "report",
    "dataset": "dataset",
}
"""CSL types of OpenAlex's."""

_MOST_WORDS: Final = 100_000


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of OpenAlex's answers."""
    return read_items(stream, reading, ("results",), _record)


def _record(item: Mapping[str, Any], draft: Draft) -> Record:
    draft.single["database"] = "OpenAlex"
    title = text_at(item, "title") or text_at(item, "display_name")
    draft.one("title", v.squeeze(title), "openalex:title")
    draft.one("doi", v.doi_in(text_at(item, "doi")), "openalex:doi")
    if own := text_at(item, "id").rpartition("/")[2]:
        draft.many("identifiers", [("openalex", own)])
    ids = item.get("ids")
    draft.one("pmid", text_at(ids, "pmid").rpartition("/")[2], "openalex:pmid")
    if pmcid := text_at(ids, "pmcid").rpartition("/")[2]:
        draft.one("pmcid", f"PMC{pmcid.removeprefix('PMC')}", "openalex:pmcid")
    if mag := text_at(ids, "mag"):
        draft.many("identifiers", [("mag", mag)])
    draft.one("year", v.year_in(text_at(item, "publication_year")), "openalex:publication_year")
    draft.one("date", v.iso_date(text_at(item, "publication_date")), "openalex:publication_date")
    draft.many("languages", [text_at(item, "language")])
    _typed(item, draft)
    for authorship in list_at(item, "authorships"):
        draft.add("authors", _author(authorship))
    _placed(item, draft)
    draft.one("abstract", _abstract(item.get("abstract_inverted_index")), "openalex:abstract")
    draft.many("keywords", [text_at(x, "display_name") for x in list_at(item, "keywords")])
    cited = [text_at({"x": x}, "x") for x in list_at(item, "referenced_works")]
    if any(cited):
        draft.keep("openalex:referenced_works", " ".join(x.rpartition("/")[2] for x in cited))
    keep_rest(item, _USED, "openalex", draft)
    return end(draft)


def _typed(item: Mapping[str, Any], draft: Draft) -> None:
    kind = text_at(item, "type")
    if kind:
        draft.single["kind"] = _TYPES.get(kind, kind)
        if _TYPES.get(kind) != kind:
            draft.many("publication_types", [kind])
    if item.get("is_retracted") is True:
        draft.many("publication_types", ["Retracted Publication"])


def _author(authorship: Any) -> Person | None:
    """Return an author; OpenAlex gives names in the order they are spoken."""
    raw = text_at(authorship, "raw_author_name")
    name = v.squeeze(raw or text_at(authorship, "author", "display_name"))
    if not name:
        return None
    orcid = text_at(authorship, "author", "orcid").rpartition("/")[2]
    places = tuple(
        x
        for p in list_at(authorship, "raw_affiliation_strings")
        if (x := v.squeeze(text_at({"x": p}, "x")))
    )
    if "," in name:
        who = v.person(name)
        return Person(who.family, who.given, who.suffix, orcid=orcid, affiliations=places)
    given, _, family = name.rpartition(" ")
    return Person(family, given, orcid=orcid, affiliations=places)


def _placed(item: Mapping[str, Any], draft: Draft) -> None:
    location = item.get("primary_location")
    source = location.get("source") if isinstance(location, dict) else None
    draft.one("journal", text_at(source, "display_name"), "openalex:source")
    numbers = [text_at({"x": x}, "x") for x in list_at(source, "issn")]
    draft.many("issn", v.issns("; ".join([text_at(source, "issn_l"), *numbers])))
    draft.one("publisher", text_at(source, "host_organization_name"), "openalex:publisher")
    draft.many("urls", [text_at(location, "landing_page_url")])
    biblio = item.get("biblio")
    draft.one("volume", text_at(biblio, "volume"), "openalex:volume")
    draft.one("issue", text_at(biblio, "issue"), "openalex:issue")
    pages = v.page_range(text_at(biblio, "first_page"), text_at(biblio, "last_page"))
    draft.one("pages", pages, "openalex:pages")


def _abstract(index: Any) -> str:
    """Return an abstract from the places of its words.

    >>> _abstract({"case": [1], "A": [0], "report": [2]})
    'A case report'
    """
    if not isinstance(index, dict):
        return ""
    places = [
        (place, word)
        for word, at in index.items()
        if isinstance(at, list)
        for place in at
        if isinstance(place, int) and not isinstance(place, bool)
    ]
    return " ".join(word for _, word in sorted(places[:_MOST_WORDS]))
