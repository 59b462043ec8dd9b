"""Read what Crossref answers as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.record import Correction, Person, Record, Reference
from paucity.literature.responses import (
    end,
    keep_rest,
    list_at,
    read_items,
    text_at,
    without_markup,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

    from paucity.literature.draft import Draft, Reading

_USED: Final = frozenset(
    {
        "DOI", "title", "subtitle", "original-title", "author", "editor", "container-title",
        "short-container-title", "volume", "issue", "page", "article-number", "ISSN", "ISBN",
        "abstract", "publisher", "type", "language", "URL", "published", "published-print",
        "published-online", "issued", "reference", "update-to", "updated-by", "subject",
        "issn-type", "clinical-trial-number", "source",
    }
)  # fmt: skip

_TYPES: Final[Mapping[str, str]] = {
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
    "book": "book",
    "monograph": "book",
    "edited-book": "book",
    "reference-entry": "entry",
    "dissertation": "thesis",
    "posted-content": "article",
    "report": "report",
    "dataset": "dataset",
    "peer-review": "review",
}
"""CSL types of Crossref's."""

_UPDATES: Final[Mapping[str, tuple[str, str]]] = {
    "correction": ("ErratumFor", "ErratumIn"),
    "corrigendum": ("ErratumFor", "ErratumIn"),
    "erratum": ("ErratumFor", "ErratumIn"),
    "retraction": ("RetractionOf", "RetractionIn"),
    "withdrawal": ("RetractionOf", "RetractionIn"),
    "removal": ("RetractionOf", "RetractionIn"),
    "expression_of_concern": ("ExpressionOfConcernFor", "ExpressionOfConcernIn"),
    "new_version": ("UpdateOf", "UpdateIn"),
    "new_edition": ("UpdateOf", "UpdateIn"),
}
"""PubMed's RefTypes of Crossref's updates: of the work that updates, of the one updated."""


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the records of Crossref's answers."""
    return read_items(stream, reading, ("message", "items"), _work)


def _work(item: Mapping[str, Any], draft: Draft) -> Record:
    inner = item.get("message")
    return _record(inner if isinstance(inner, dict) else item, draft)


def _record(item: Mapping[str, Any], draft: Draft) -> Record:
    draft.single["database"] = "Crossref"
    draft.one("title", _title(item), "crossref:title")
    draft.one("original_title", _first(item, "original-title"), "crossref:original-title")
    draft.one("doi", text_at(item, "DOI"), "crossref:DOI")
    kind = text_at(item, "type")
    if kind:
        draft.single["kind"] = _TYPES.get(kind, kind)
    for field, name in (("authors", "author"), ("editors", "editor")):
        for who in list_at(item, name):
            draft.add(field, _person(who))
    draft.one("journal", _first(item, "container-title"), "crossref:container-title")
    draft.one("abbreviation", _first(item, "short-container-title"), "crossref:short-container")
    draft.one("volume", text_at(item, "volume"), "crossref:volume")
    draft.one("issue", text_at(item, "issue"), "crossref:issue")
    draft.one("pages", text_at(item, "page"), "crossref:page")
    draft.one("pages", text_at(item, "article-number"), "crossref:article-number")
    _dated(item, draft)
    draft.many("issn", v.issns("; ".join(_texts(item, "ISSN"))))
    draft.many("isbn", _texts(item, "ISBN"))
    draft.one("abstract", without_markup(text_at(item, "abstract")), "crossref:abstract")
    draft.one("publisher", text_at(item, "publisher"), "crossref:publisher")
    draft.many("languages", [text_at(item, "language")])
    draft.many("urls", [text_at(item, "URL")])
    draft.many("keywords", _texts(item, "subject"))
    trials = [text_at(x, "clinical-trial-number") for x in list_at(item, "clinical-trial-number")]
    draft.many("registrations", [x.upper() for x in trials])
    _related(item, draft)
    keep_rest(item, _USED, "crossref", draft)
    return end(draft)


def _texts(item: Mapping[str, Any], name: str) -> list[str]:
    value = item.get(name)
    values = value if isinstance(value, list) else [value]
    return [x for x in (text_at({"x": one}, "x") for one in values) if x]


def _first(item: Mapping[str, Any], name: str) -> str:
    return without_markup(next(iter(_texts(item, name)), ""))


def _title(item: Mapping[str, Any]) -> str:
    title, more = _first(item, "title"), _first(item, "subtitle")
    return f"{title}: {more}" if title and more and more not in title else title


def _person(who: Any) -> Person | None:
    group = text_at(who, "name")
    family = text_at(who, "family") or group or text_at(who, "given")
    if not family:
        return None
    return Person(
        family,
        text_at(who, "given") if text_at(who, "family") else "",
        text_at(who, "suffix"),
        collective=bool(group and not text_at(who, "family")),
        orcid=text_at(who, "ORCID").rpartition("/")[2],
        affiliations=tuple(
            x for place in list_at(who, "affiliation") if (x := v.squeeze(text_at(place, "name")))
        ),
    )


def _dated(item: Mapping[str, Any], draft: Draft) -> None:
    """Take the date of print, as PubMed does, and keep those that differ."""
    for name in ("published-print", "issued", "published", "published-online"):
        parts = next(iter(list_at(item, name, "date-parts")), None)
        if not isinstance(parts, list) or not parts:
            continue
        text = "-".join(text_at({"x": x}, "x") for x in parts)
        year = v.year_in(text)
        if "year" not in draft.single:
            draft.one("year", year, f"crossref:{name}")
            draft.one("date", v.iso_date(text), f"crossref:{name}")
        elif v.iso_date(text) != draft.single.get("date", "") or year != draft.single["year"]:
            draft.keep(f"crossref:{name}", text)


def _related(item: Mapping[str, Any], draft: Draft) -> None:
    for reference in list_at(item, "reference"):
        cited = text_at(reference, "unstructured") or ", ".join(
            x
            for name in ("author", "year", "article-title", "journal-title", "volume", "first-page")
            if (x := text_at(reference, name))
        )
        title = v.squeeze(text_at(reference, "article-title"))
        doi = text_at(reference, "DOI")
        draft.add("references", Reference("", doi, v.squeeze(cited), title=title))
    for name, which in (("update-to", 0), ("updated-by", 1)):
        for other in list_at(item, name):
            kind = text_at(other, "type")
            relation = _UPDATES.get(kind, (kind, kind))[which]
            if relation:
                draft.add("corrections", Correction(relation, "", text_at(other, "DOI")))
