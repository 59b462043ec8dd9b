"""The tables that xml2arrow filled, made into the columns of a part."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from paucity.literature import values as v
from paucity.literature.medline.scan import is_single_spaced
from paucity.literature.medline.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Filled:
    """The tables of some citations.

    In each, ``<item>`` says which citation a row belongs to, in rising order.

    Args:
        tables: as xml2arrow gives them, by name.
        keys: PMID and version of each citation.
    """

    def __init__(self, tables: Mapping[str, Any], keys: Sequence[tuple[int, int]]) -> None:
        self._tables = tables
        self._keys = keys
        self._count = len(keys)

    def partial(self) -> set[int]:
        """Return which citations hold more than the tables do: editors, lists within lists."""
        items, kinds = self._arrays("authors", "type")
        others = items[[kind != "authors" for kind in kinds.to_pylist()]].tolist()
        return {*others, *self._tables["nested"].column("<item>").to_pylist()}

    def rows(self) -> Any:
        """Return the rows of the citations."""
        import pyarrow as pa

        columns = {
            "pmid": [pmid for pmid, _ in self._keys],
            "version": [version for _, version in self._keys],
            "kind": pa.repeat("article-journal", self._count),
            "abstract": self._abstracts(),
            "authors": self._people(),
            **self._article(),
            **self._identifiers(),
            **self._lists(),
        }
        types = schema()
        made = [
            column if isinstance(column, pa.Array) else pa.array(column, field.type)
            for field in types
            for column in (columns[field.name],)
        ]
        return pa.table(made, schema=types)

    def _arrays(self, table: str, *columns: str) -> tuple[Any, ...]:
        """Return the citation and the values of each row that has the first of some columns."""
        import pyarrow.compute as pc

        batch = self._tables[table]
        first = batch.column(columns[0])
        if not first.null_count:
            return batch.column("<item>").to_numpy(), *(tidy(batch.column(n)) for n in columns)
        there = pc.is_valid(first)
        items = batch.column("<item>").filter(there).to_numpy()
        return items, *(tidy(batch.column(name).filter(there)) for name in columns)

    def _one(self, table: str, column: str) -> Any:
        """Return the first text that a column holds for each citation."""
        items, values = self._arrays(table, column)
        return first_of(items, values, self._count)

    def _article(self) -> dict[str, Any]:
        """Return the columns that hold one value of the article or its journal."""
        import pyarrow.compute as pc

        def one(*columns: str) -> Iterator[Any]:
            return (self._one("article", name) for name in columns)

        def item(*columns: str) -> Iterator[Any]:
            return (tidy(self._tables["item"].column(name)) for name in columns)

        title, original, journal, iso, volume, issue = one(
            "title", "original_title", "journal", "iso", "volume", "issue"
        )
        medline, linking = item("medline_ta", "issn_linking")
        (own,) = one("issn")
        pages = one("pages", "first_page", "last_page")
        dates = [_date(*d) for d in _texts(*one("year", "month", "day", "medline_date"))]
        revised = _texts(*item("revised_year", "revised_month", "revised_day"))
        return {
            "title": title,
            "original_title": original,
            "journal": journal,
            "abbreviation": pc.if_else(pc.equal(iso, ""), medline, iso),
            "issn": [_issns(a, b) for a, b in _texts(own, linking)],
            "volume": volume,
            "issue": issue,
            "pages": [a or v.page_range(first, last) for a, first, last in _texts(*pages)],
            "year": [year for year, _ in dates],
            "date": [date for _, date in dates],
            "revised": [_date(*parts, "")[1] for parts in revised],
        }

    def _abstracts(self) -> list[str]:
        """Return each abstract, the sections of it one after another."""
        out = [""] * self._count
        items, *columns = self._arrays("abstract", "text", "label")
        for item, (text, label) in zip(items.tolist(), _texts(*columns), strict=True):
            section = _section(text, label)
            out[item] = f"{out[item]} {section}" if out[item] and section else out[item] or section
        return out

    def _people(self) -> Any:
        """Return the authors of each citation."""
        import pyarrow.compute as pc

        table = self._tables["authors"]
        group, family, given, initials, suffix = (
            tidy(table.column(n)) for n in ("group", "family", "given", "initials", "suffix")
        )
        person = pc.equal(group, "")
        given = pc.if_else(pc.equal(given, ""), initials, given)
        family = pc.if_else(person, family, group)
        columns = (family, given, suffix, pc.invert(person))
        return self._records("authors", table.column("<item>").to_numpy(), columns)

    def _lists(self) -> dict[str, Any]:
        """Return the columns that hold several values."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        items, kind, pmid, source = self._arrays("relations", "kind", "pmid", "source")
        cites = pc.equal(kind, "Cites")
        others = pc.invert(cites)
        linked = items[others.to_numpy(zero_copy_only=False)]
        corrections = tuple(column.filter(others) for column in (kind, pmid, source))
        listed, number, system = self._arrays("cited", "name", "kind")
        known = pc.equal(system, "pubmed")
        cited = np.concatenate([
            items[cites.to_numpy(zero_copy_only=False)],
            listed[known.to_numpy(zero_copy_only=False)],
        ])  # fmt: skip
        order = np.argsort(cited, kind="stable")  # of both lists together, in the order of each
        works = pa.concat_arrays([pmid.filter(cites), number.filter(known)]).take(pa.array(order))
        texts = {
            "languages": self._arrays("article", "language"),
            "publication_types": self._arrays("types", "name"),
            "mesh": self._headings(),
            "keywords": self._keywords(),
            "registrations": self._arrays("numbers", "name"),
            "references": (cited[order], works),
        }
        return {
            "corrections": self._records("corrections", linked, corrections),
            **{name: distinct(rows, values, self._count) for name, (rows, values) in texts.items()},
        }

    def _records(self, name: str, items: Any, columns: Sequence[Any]) -> Any:
        """Return a column of lists of records."""
        import pyarrow as pa

        kind = schema().field(name).type.value_type
        values = pa.StructArray.from_arrays(columns, fields=list(kind))
        return pa.ListArray.from_arrays(offsets(items, self._count), values)

    def _keywords(self) -> tuple[Any, Any]:
        """Return the citation of each keyword, and the keyword, starred if it is a main topic."""
        items, words, stars = self._arrays("keywords", "name", "star")
        return items, _starred(words, stars)

    def _headings(self) -> tuple[Any, Any]:
        """Return the citation of each heading, and the heading with its qualifiers.

        xml2arrow gives a row for every part of a heading, numbered within it.
        """
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        table = self._tables["mesh"]
        name, star, qualifier, main = (
            tidy(table.column(n)) for n in ("name", "star", "qualifier", "qualifier_star")
        )
        words = pc.if_else(pc.equal(name, ""), qualifier, name)
        stars = pc.if_else(pc.equal(star, ""), main, star)
        begins = np.flatnonzero(table.column("<part>").to_numpy() == 0)
        bounds = pa.array(np.append(begins, len(words)), pa.int32())
        parts = pa.ListArray.from_arrays(bounds, _starred(words, stars))
        return table.column("<item>").to_numpy()[begins], pc.binary_join(parts, "/")

    def _identifiers(self) -> dict[str, Any]:
        """Return DOI and PMCID of each citation: the DOI of the article before that of the list."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        placed, place, how = self._arrays("article", "location", "location_kind")
        items, value, kind = self._arrays("ids", "name", "kind")
        own = pa.array([str(pmid) for pmid, _ in self._keys], pa.string()).take(pa.array(items))
        own_doi = pc.equal(how, "doi")
        doi = pc.and_(pc.equal(kind, "doi"), pc.not_equal(value, own))
        both = np.concatenate([
            placed[own_doi.to_numpy(zero_copy_only=False)],
            items[doi.to_numpy(zero_copy_only=False)],
        ])  # fmt: skip
        order = np.argsort(both, kind="stable")
        dois = pa.concat_arrays([place.filter(own_doi), value.filter(doi)]).take(pa.array(order))
        pmc = pc.equal(kind, "pmc")
        held = items[pmc.to_numpy(zero_copy_only=False)]
        return {
            "doi": first_of(both[order], dois, self._count),
            "pmcid": first_of(held, value.filter(pmc), self._count),
        }


def tidy(column: Any) -> Any:
    """Return text with each run of white space as one space, and null as empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.ascii_trim_whitespace(pc.fill_null(column, ""))
    held = trimmed.buffers()[2]
    if held is None or is_single_spaced(held):
        return trimmed
    texts = (
        t if t.isprintable() and "  " not in t else v.squeeze(t)
        for t in trimmed.to_numpy(zero_copy_only=False).tolist()
    )
    return pa.array(texts, pa.string())


def first_of(items: Any, values: Any, count: int) -> Any:
    """Return the first value of each citation that is not empty, or an empty one.

    Args:
        items: citations, in rising order.
        values: text, one for each item.
        count: of citations.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    full = pc.not_equal(values, "").to_numpy(zero_copy_only=False)
    places = np.flatnonzero(full)
    held = items[places].astype(np.int64)
    begins = np.flatnonzero(np.diff(held, prepend=-1))
    rows = np.full(count, -1, np.int64)
    rows[held[begins]] = places[begins]
    return pc.fill_null(values.take(pa.array(rows, mask=rows < 0)), "")


def distinct(items: Any, values: Any, count: int) -> Any:
    """Return the values of each citation, each once, in order, without empty ones.

    Args:
        items: citations, in rising order.
        values: text, one for each item.
        count: of citations.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    full = pc.not_equal(values, "")
    numbers = items[full.to_numpy(zero_copy_only=False)].astype(np.int64)
    texts = values.filter(full)
    codes = texts.dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(numbers * (len(codes) + 1) + codes, return_index=True)
    if len(first) < len(codes):
        first.sort()
        numbers, texts = numbers[first], texts.take(pa.array(first))
    return pa.ListArray.from_arrays(offsets(numbers, count), texts)


def offsets(items: Any, count: int) -> Any:
    """Return where the values of each citation begin, for values in the order of citations."""
    import numpy as np
    import pyarrow as pa

    sizes = np.bincount(np.asarray(items, np.int64), minlength=count)
    return pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32())


def _texts(*columns: Any) -> Iterator[tuple[str, ...]]:
    """Yield the values of some columns, row by row."""
    return zip(*(c.to_numpy(zero_copy_only=False).tolist() for c in columns), strict=True)


@lru_cache(maxsize=65_536)
def _date(year: str, month: str, day: str, whole: str) -> tuple[int | None, str]:
    """Return year and ISO date, by the rule of the reference reader."""
    if month.isdigit():
        whole = "-".join(filter(None, (year, month, day)))
    text = whole or " ".join(filter(None, (year, month, day)))
    return v.year_in(text), v.iso_date(text)


@lru_cache(maxsize=65_536)
def _issns(own: str, linking: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*v.issns(own), *v.issns(linking))))


def _section(text: str, label: str) -> str:
    return text if label.upper() in {"", "UNLABELLED", "UNASSIGNED"} else f"{label}: {text}"


def _starred(words: Any, stars: Any) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(stars, "Y"), pc.binary_join_element_wise("*", words, ""), words)
