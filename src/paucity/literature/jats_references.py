"""Read the reference list of a JATS article: each cited work as printed, with its identifiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.markup import local, text_of
from paucity.literature.record import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CITATIONS: Final = frozenset({"mixed-citation", "element-citation", "nlm-citation", "citation"})
_TITLES: Final = ("article-title", "chapter-title", "part-title", "data-title")
_PEOPLE: Final = frozenset({"person-group", "name", "string-name", "collab", "etal", "anonymous"})
_PLACED: Final = frozenset(
    {*_TITLES, "source", "year", "volume", "issue", "fpage", "lpage", "elocation-id", "page-range"}
)
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_PRINTED: Final = re.compile(r"[\w,;:.]")


def references(article: Any) -> Iterator[Reference]:
    """Yield the works that an article's reference list cites, in order.

    Several citations under one number are works of their own, unless the article says that they
    are one work in several forms (``citation-alternatives``, ``display-unstructured``).
    """
    for reference in article.iterfind("{*}back//{*}ref"):
        held = list(_works(reference))
        if held:
            yield from map(_reference, held)
        else:
            label = text_of(reference.find("{*}label"))
            if text := text_of(reference).removeprefix(label).strip():
                yield Reference(doi=v.doi_in(text), citation=text)


def _works(reference: Any) -> Iterator[Sequence[Any]]:
    """Yield the elements that each tell of one work."""
    work: list[Any] = []
    for child in reference:
        if local(child) == "citation-alternatives":
            if work:
                yield work
            work = [x for x in child if local(x) in _CITATIONS]
        elif local(child) in _CITATIONS:
            if work and child.get("citation-type") != "display-unstructured":
                yield work
                work = []
            work.append(child)
    if work:
        yield work


def _reference(forms: Sequence[Any]) -> Reference:
    """Return one work, of the elements that tell of it."""
    ids = {x.get("pub-id-type", ""): text_of(x) for form in forms for x in form.iter("{*}pub-id")}
    links = " ".join(x.get(_HREF, "") for form in forms for x in form.iter("{*}ext-link"))
    written = [text_of(form) for form in forms if _is_written(form)]
    printed = written[-1] if written else _composed(forms[0])
    found = (text_of(x) for form in forms for name in _TITLES for x in form.iter(f"{{*}}{name}"))
    pmcid = ids.get("pmcid") or ids.get("pmc") or ""
    return Reference(
        pmid=ids.get("pmid", ""),
        doi=ids.get("doi") or v.doi_in(links) or v.doi_in(printed),
        citation=printed,
        pmcid=f"PMC{pmcid.removeprefix('PMC')}" if pmcid else "",
        title=next((title for title in found if title), ""),
    )


def _is_written(form: Any) -> bool:
    """Tell whether a citation is written out, its elements standing within its text."""
    texts = [form.text, *(child.tail for child in form)]
    return any(text and _PRINTED.search(text) for text in texts)


def _composed(form: Any) -> str:
    """Return a citation of elements alone as a reference list prints it; no element is lost."""
    first = {name: text_of(form.find(f"{{*}}{name}")) for name in _PLACED}
    title = next((first[name] for name in _TITLES if first[name]), "")
    issue = f"({first['issue']})" if first["issue"] else ""
    pages = first["page-range"] or v.page_range(first["fpage"], first["lpage"])
    at = ":".join(filter(None, (first["volume"] + issue, pages or first["elocation-id"])))
    parts = [_people(form), title, first["source"], ";".join(filter(None, (first["year"], at)))]
    rest = (x for x in form if local(x) not in {*_PLACED, *_PEOPLE, "pub-id", "label"})
    parts += map(text_of, rest)
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts if part)


def _people(form: Any) -> str:
    """Return the names of a citation, with a comma between."""
    out = []
    for child in form:
        if local(child) in _PEOPLE:
            people = list(child) if local(child) == "person-group" else [child]
            out += [_name(one) for one in people]
    return ", ".join(filter(None, out))


def _name(one: Any) -> str:
    if local(one) == "etal":
        return "et al"
    parts = [text_of(one.find(f"{{*}}{name}")) for name in ("surname", "given-names", "suffix")]
    return " ".join(filter(None, parts)) or text_of(one)
