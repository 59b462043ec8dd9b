"""Read JATS, the XML of PubMed Central and many publishers: one article, or a set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.draft import Draft, Reading
from paucity.literature.jats_references import references
from paucity.literature.markup import elements, local, text_of
from paucity.literature.record import Correction, Person, Record

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator, Mapping

_RELATIONS: Final[Mapping[str, str]] = {
    "corrected-article": "ErratumFor",
    "retracted-article": "RetractionOf",
    "commentary-article": "CommentOn",
    "companion": "CompanionOf",
    "correction-forward": "ErratumIn",
    "retraction-forward": "RetractionIn",
}


def read(stream: io.BufferedReader, reading: Reading) -> Iterator[Record]:
    """Yield the record of each JATS article; findings go to `reading`."""
    for number, element in enumerate(elements(stream, reading, ("article",)), 1):
        draft = Draft(reading, number, element.sourceline or 1)
        front = element.find("{*}front")
        meta = front.find("{*}article-meta") if front is not None else None
        if meta is None:
            draft.fault("record-empty", draft.place.line, "the article has no article-meta")
            yield draft.done()
            continue
        _journal(front.find("{*}journal-meta"), draft)
        _article(meta, draft)
        if kind := element.get("article-type"):
            draft.many("publication_types", [kind])
        if language := element.get("{http://www.w3.org/XML/1998/namespace}lang"):
            draft.many("languages", [language])
        for reference in references(element):
            draft.add("references", reference)
        yield draft.done()


def _journal(meta: Any, draft: Draft) -> None:
    if meta is None:
        return
    for title in meta.iter("{*}journal-title"):
        draft.one("journal", text_of(title), "jats:journal-title")
    for title in meta.iter("{*}abbrev-journal-title"):
        draft.one("abbreviation", text_of(title), "jats:abbrev-journal-title")
    for number in meta.findall("{*}journal-id"):
        kind = number.get("journal-id-type", "")
        if kind in {"nlm-ta", "iso-abbrev"}:
            draft.one("abbreviation", text_of(number), f"jats:journal-id:{kind}")
        else:
            draft.keep(f"jats:journal-id:{kind}", text_of(number))
    for number in meta.findall("{*}issn"):
        draft.many("issn", v.issns(text_of(number)))
    draft.one("publisher", text_of(meta.find("{*}publisher/{*}publisher-name")), "jats:publisher")


def _article(meta: Any, draft: Draft) -> None:
    for number in meta.findall("{*}article-id"):
        _identifier(number.get("pub-id-type", ""), text_of(number), draft)
    group = meta.find("{*}title-group")
    if group is not None:
        title, subtitle = (text_of(group.find(f"{{*}}{n}")) for n in ("article-title", "subtitle"))
        draft.one("title", f"{title}: {subtitle}" if subtitle else title, "jats:article-title")
        other = group.find("{*}trans-title-group/{*}trans-title")
        draft.one("original_title", text_of(other), "jats:trans-title")
    _people(meta, draft)
    for name in ("volume", "issue"):
        draft.one(name, text_of(meta.find(f"{{*}}{name}")), f"jats:{name}")
    first, last = (text_of(meta.find(f"{{*}}{n}")) for n in ("fpage", "lpage"))
    draft.one("pages", v.page_range(first, last), "jats:fpage")
    draft.one("pages", text_of(meta.find("{*}elocation-id")), "jats:elocation-id")
    _dates(meta, draft)
    for abstract in meta.findall("{*}abstract"):
        text = _abstract(abstract)
        if kind := abstract.get("abstract-type"):
            draft.keep(f"jats:abstract:{kind}", text)
        else:
            draft.one("abstract", text, "jats:abstract")
    for word in meta.iterfind("{*}kwd-group//{*}kwd"):
        draft.many("keywords", [text_of(word)])
    for relation in meta.findall("{*}related-article"):
        kind = relation.get("related-article-type", "")
        link = relation.get("{http://www.w3.org/1999/xlink}href", "")
        citation = text_of(relation) or link
        draft.add(
            "corrections", Correction(_RELATIONS.get(kind, kind), "", v.doi_in(link), citation)
        )


def _identifier(scheme: str, value: str, draft: Draft) -> None:
    if scheme == "doi":
        draft.one("doi", value, "jats:doi")
    elif scheme == "pmid":
        draft.one("pmid", value, "jats:pmid")
    elif scheme in {"pmc", "pmcid"} and value:
        draft.one("pmcid", value if value.startswith("PMC") else f"PMC{value}", "jats:pmc")
    elif value:
        draft.many("identifiers", [(scheme or "accession", value)])


def _people(meta: Any, draft: Draft) -> None:
    places = {
        x.get("id"): text_of(x).removeprefix(text_of(x.find("{*}label"))).strip()
        for x in meta.iter("{*}aff")
    }
    used = set()
    for who in meta.iterfind("{*}contrib-group/{*}contrib"):
        wanted = [x.get("rid") for x in who.findall("{*}xref") if x.get("ref-type") == "aff"]
        used.update(wanted)
        own = [text_of(x) for x in who.findall("{*}aff")]
        near = (*own, *(places[rid] for rid in wanted if places.get(rid)))
        field = "editors" if who.get("contrib-type") == "editor" else "authors"
        draft.add(field, _person(who, near))
    draft.many("affiliations", [text for rid, text in places.items() if rid and rid not in used])


def _person(who: Any, affiliations: tuple[str, ...]) -> Person:
    group = text_of(who.find("{*}collab"))
    name = who.find(".//{*}name")
    orcid = next((text_of(x) for x in who.findall("{*}contrib-id")), "")
    if name is None:
        plain = group or text_of(who.find("{*}string-name"))
        return Person(plain, collective=bool(group), affiliations=affiliations)
    family, given, suffix = (
        text_of(name.find(f"{{*}}{n}")) for n in ("surname", "given-names", "suffix")
    )
    return Person(family, given, suffix, False, orcid.rpartition("/")[2], affiliations)  # noqa: FBT003


def _dates(meta: Any, draft: Draft) -> None:
    """Take the earliest issue date; the other dates are kept."""
    order = {"collection": 1, "ppub": 0, "epub-ppub": 2, "epub": 3}
    dates = meta.findall("{*}pub-date")
    dates.sort(key=lambda d: order.get(d.get("pub-type") or d.get("date-type") or "", 4))
    for number, when in enumerate(dates):
        parts = [text_of(when.find(f"{{*}}{n}")) for n in ("year", "month", "day")]
        text = "-".join(filter(None, parts))
        if number == 0:
            draft.one("year", v.year_in(parts[0]), "jats:pub-date")
            draft.one("date", v.iso_date(text), "jats:pub-date")
        else:
            kind = when.get("pub-type") or when.get("date-type") or ""
            draft.keep(f"jats:pub-date:{kind}", text)


def _abstract(abstract: Any) -> str:
    sections = []
    for part in abstract:
        if local(part) == "sec":
            title = text_of(part.find("{*}title")).rstrip(":")
            text = " ".join(text_of(p) for p in part if local(p) != "title")
            sections.append(f"{title.upper()}: {text}" if title else text)
        elif local(part) not in {"title", ""}:
            sections.append(text_of(part))
    return " ".join(filter(None, sections))
