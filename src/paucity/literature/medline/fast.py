"""Citations read by xml2arrow into columns: equal to the reference, several times as fast.

xml2arrow passes over the text of inline children, takes undefined entities and bytes that are not
UTF-8, and gives null for a path that is nowhere. So inline markup is taken out before, the bytes
are checked before, and a citation with anything else inside its text (MathML), and every book, is
read by the reference.
"""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paucity.literature import values as v
from paucity.literature.medline.reference import CLOSE, OPEN, identifier, table_of
from paucity.literature.medline.schema import schema
from paucity.literature.medline.split import UnusualError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SET: Final = "/PubmedArticleSet"
_ITEM: Final = f"{_SET}/PubmedArticle"
_CITATION: Final = f"{_ITEM}/MedlineCitation"
_ARTICLE: Final = f"{_CITATION}/Article"
_JOURNAL: Final = f"{_ARTICLE}/Journal"
_ISSUE: Final = f"{_JOURNAL}/JournalIssue"
_HEADING: Final = f"{_CITATION}/MeshHeadingList/MeshHeading"
_DATA: Final = f"{_ITEM}/PubmedData"
_CITED: Final = f"{_DATA}/ReferenceList/Reference/ArticleIdList"

_TABLES: Final[Mapping[str, tuple[str, tuple[str, ...], Mapping[str, str]]]] = {
    "item": (
        _SET,
        (),
        {
            "revised_year": f"{_CITATION}/DateRevised/Year",
            "revised_month": f"{_CITATION}/DateRevised/Month",
            "revised_day": f"{_CITATION}/DateRevised/Day",
            "medline_ta": f"{_CITATION}/MedlineJournalInfo/MedlineTA",
            "issn_linking": f"{_CITATION}/MedlineJournalInfo/ISSNLinking",
        },
    ),
    "article": (
        _ARTICLE,
        ("part",),
        {
            "title": f"{_ARTICLE}/ArticleTitle",
            "original_title": f"{_ARTICLE}/VernacularTitle",
            "language": f"{_ARTICLE}/Language",
            "location": f"{_ARTICLE}/ELocationID",
            "location_kind": f"{_ARTICLE}/ELocationID/@EIdType",
            "pages": f"{_ARTICLE}/Pagination/MedlinePgn",
            "first_page": f"{_ARTICLE}/Pagination/StartPage",
            "last_page": f"{_ARTICLE}/Pagination/EndPage",
            "issn": f"{_JOURNAL}/ISSN",
            "journal": f"{_JOURNAL}/Title",
            "iso": f"{_JOURNAL}/ISOAbbreviation",
            "volume": f"{_ISSUE}/Volume",
            "issue": f"{_ISSUE}/Issue",
            "year": f"{_ISSUE}/PubDate/Year",
            "month": f"{_ISSUE}/PubDate/Month",
            "day": f"{_ISSUE}/PubDate/Day",
            "medline_date": f"{_ISSUE}/PubDate/MedlineDate",
        },
    ),
    "abstract": (
        f"{_ARTICLE}/Abstract",
        ("part",),
        {
            "text": f"{_ARTICLE}/Abstract/AbstractText",
            "label": f"{_ARTICLE}/Abstract/AbstractText/@Label",
        },
    ),
    "authors": (
        f"{_ARTICLE}/AuthorList",
        ("part",),
        {
            name: f"{_ARTICLE}/AuthorList/Author/{tag}"
            for name, tag in (
                ("group", "CollectiveName"),
                ("family", "LastName"),
                ("given", "ForeName"),
                ("initials", "Initials"),
                ("suffix", "Suffix"),
            )
        },
    ),
    "types": (
        f"{_ARTICLE}/PublicationTypeList",
        ("part",),
        {"name": f"{_ARTICLE}/PublicationTypeList/PublicationType"},
    ),
    "numbers": (
        f"{_ARTICLE}/DataBankList/DataBank/AccessionNumberList",
        ("part",),
        {"name": f"{_ARTICLE}/DataBankList/DataBank/AccessionNumberList/AccessionNumber"},
    ),
    "headings": (f"{_CITATION}/MeshHeadingList", ("heading",), {}),
    "mesh": (
        _HEADING,
        ("heading", "part"),
        {
            "name": f"{_HEADING}/DescriptorName",
            "star": f"{_HEADING}/DescriptorName/@MajorTopicYN",
            "qualifier": f"{_HEADING}/QualifierName",
            "qualifier_star": f"{_HEADING}/QualifierName/@MajorTopicYN",
        },
    ),
    "keywords": (
        f"{_CITATION}/KeywordList",
        ("part",),
        {
            "name": f"{_CITATION}/KeywordList/Keyword",
            "star": f"{_CITATION}/KeywordList/Keyword/@MajorTopicYN",
        },
    ),
    "relations": (
        f"{_CITATION}/CommentsCorrectionsList",
        ("part",),
        {
            "kind": f"{_CITATION}/CommentsCorrectionsList/CommentsCorrections/@RefType",
            "pmid": f"{_CITATION}/CommentsCorrectionsList/CommentsCorrections/PMID",
            "source": f"{_CITATION}/CommentsCorrectionsList/CommentsCorrections/RefSource",
        },
    ),
    "ids": (
        f"{_DATA}/ArticleIdList",
        ("part",),
        {
            "name": f"{_DATA}/ArticleIdList/ArticleId",
            "kind": f"{_DATA}/ArticleIdList/ArticleId/@IdType",
        },
    ),
    "cited": (
        _CITED,
        ("part",),
        {"name": f"{_CITED}/ArticleId", "kind": f"{_CITED}/ArticleId/@IdType"},
    ),
}
"""What xml2arrow fills: the element whose children are rows, further levels, the values."""

_INLINE: Final = tuple(
    f"<{form}>".encode()
    for name in ("i", "b", "u", "sub", "sup")
    for form in (name, f"/{name}", f"{name}/")
)
_HARD: Final = (b"editors",)
_HARD_SMALL: Final = (
    b"<DispFormula", b"mml:", b"<math", b"<i ", b"<b ", b"<u ", b"<sub ", b"<sup ", b"<br",
)  # fmt: skip
"""What only the reference reads: the second only where any tag begins with a small letter, as those
of inline markup and MathML do and PubMed's own do not. Two reference lists may be nested."""


@lru_cache(maxsize=1)
def _parser() -> Any:
    from xml2arrow import XmlToArrowParser

    tables = [
        {
            "name": name,
            "xml_path": path,
            "levels": ["item", *levels],
            "fields": [
                {"name": n, "xml_path": p, "data_type": "Utf8", "nullable": True}
                for n, p in fields.items()
            ],
        }
        for name, (path, levels, fields) in _TABLES.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "paths.yaml")
        config.write_text(json.dumps({"tables": tables}), encoding="utf-8")
        return XmlToArrowParser(str(config))


def table_fast(chunks: Sequence[bytes], *, inline: bool = True) -> Any:
    """Return the rows of citations: the same as of the reference, in the same order.

    Args:
        chunks: the XML of each.
        inline: they may hold inline markup.

    Raises:
        UnusualError: the bytes are such that the whole file must be walked by lxml.
    """
    import pyarrow as pa

    whole = b"".join(chunks)
    _refuse(whole)
    hard = _hard(chunks, whole, inline=inline)
    if not hard:
        return _columns(chunks, whole, inline=inline)
    apart = set(hard)
    easy = [i for i in range(len(chunks)) if i not in apart]
    kept = [chunks[i] for i in easy]
    tables = [table_of([chunks[i] for i in hard])]
    if kept:
        tables.append(_columns(kept, b"".join(kept), inline=inline))
    order = sorted(range(len(chunks)), key=[*hard, *easy].__getitem__)
    return pa.concat_tables(tables).take(pa.array(order)).combine_chunks()


def _hard(chunks: Sequence[bytes], whole: bytes, *, inline: bool) -> list[int]:
    """Return which citations only the reference reads."""
    marks = [mark for mark in (*_HARD, *(_HARD_SMALL if inline else ())) if mark in whole]
    lists = b"<ReferenceList" in whole
    return [
        i
        for i, chunk in enumerate(chunks)
        if chunk.startswith(b"<PubmedB")
        or any(mark in chunk for mark in marks)
        or (lists and chunk.count(b"<ReferenceList") > 1)
    ]


def _refuse(whole: bytes) -> None:
    """Raise for what xml2arrow takes and XML forbids."""
    import numpy as np
    import pyarrow as pa

    codes = np.frombuffer(whole, np.uint8)
    low = codes[codes < 32].tobytes()
    if low.translate(None, b"\t\n\r"):
        raise UnusualError
    if not whole.isascii():
        try:
            pa.array([whole], pa.binary()).cast(pa.string())
        except pa.ArrowInvalid:
            raise UnusualError from None


def _columns(chunks: Sequence[bytes], whole: bytes, *, inline: bool) -> Any:
    """Return the rows of citations without anything unusual."""
    import pyarrow as pa
    from xml2arrow import Xml2ArrowError

    if inline:
        for mark in _INLINE:
            whole = whole.replace(mark, b"")
    try:
        found = _parser().parse(OPEN + whole + CLOSE)
    except Xml2ArrowError:
        raise UnusualError from None
    count = len(chunks)
    if found["item"].num_rows != count:
        raise UnusualError
    read = _Read(found, count)
    keys = [identifier(chunk) or (0, 1) for chunk in chunks]
    columns: dict[str, list[Any]] = {
        "pmid": [pmid for pmid, _ in keys],
        "version": [version for _, version in keys],
    }
    columns |= _article(read) | _identifiers(read, columns["pmid"])
    columns |= {"abstract": _abstracts(read), "kind": ["article-journal"] * count}
    lists = _lists(read)
    types = schema()
    made = [lists[f.name] if f.name in lists else pa.array(columns[f.name], f.type) for f in types]
    return pa.table(made, schema=types)


class _Read:
    """Tables as xml2arrow gives them, as lists of clean text."""

    def __init__(self, tables: Mapping[str, Any], count: int) -> None:
        self.tables = tables
        self.count = count

    def items(self, table: str) -> list[int]:
        """Return which citation each row of a table belongs to."""
        out: list[int] = self.tables[table].column("<item>").to_numpy().tolist()
        return out

    def texts(self, table: str, column: str) -> list[str]:
        """Return the values of a column with single spaces; empty for what is not there."""
        return cleaned(self.tables[table].column(column))

    def one(self, table: str, column: str) -> list[str]:
        """Return the first value that a column holds for each citation."""
        import pyarrow.compute as pc

        batch = self.tables[table]
        there = pc.is_valid(batch.column(column))
        items = batch.column("<item>").filter(there).to_numpy().tolist()
        out = [""] * self.count
        for item, text in zip(items, cleaned(batch.column(column).filter(there)), strict=True):
            if not out[item]:
                out[item] = text
        return out

    def arrays(self, table: str, *columns: str) -> tuple[Any, ...]:
        """Return the citation and the values of each row that has the first of some columns."""
        import pyarrow.compute as pc

        batch = self.tables[table]
        there = pc.is_valid(batch.column(columns[0]))
        items = batch.column("<item>").filter(there).to_numpy()
        return items, *(tidy(batch.column(name).filter(there)) for name in columns)

    def many(self, table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """Yield the citation and the values of each row that has the first of some columns."""
        items, *values = self.arrays(table, *columns)
        texts = (column.to_numpy(zero_copy_only=False).tolist() for column in values)
        yield from zip(items.tolist(), *texts, strict=True)


def tidy(column: Any) -> Any:
    """Return text with each run of white space as one space, and null as empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed = pc.ascii_trim_whitespace(pc.fill_null(column, ""))
    held = trimmed.buffers()[2]
    data = held.to_pybytes() if held is not None else b""
    if data.isascii() and not any(mark in data for mark in (b"  ", b"\n", b"\t", b"\r")):
        return trimmed
    texts = (
        t if t.isascii() and "  " not in t and t.isprintable() else v.squeeze(t)
        for t in trimmed.to_numpy(zero_copy_only=False).tolist()
    )
    return pa.array(texts, pa.string())


def cleaned(column: Any) -> list[str]:
    """Return the same as a list."""
    out: list[str] = tidy(column).to_numpy(zero_copy_only=False).tolist()
    return out


def _article(read: _Read) -> dict[str, list[Any]]:
    """Return the columns that hold one value of the article or its journal."""
    one = {name: read.one("article", name) for name in _TABLES["article"][2]}
    item = {name: read.texts("item", name) for name in _TABLES["item"][2]}
    dates = [
        _date(*parts)
        for parts in zip(one["year"], one["month"], one["day"], one["medline_date"], strict=True)
    ]
    revised = (item[f"revised_{n}"] for n in ("year", "month", "day"))
    return {
        "title": one["title"],
        "original_title": one["original_title"],
        "journal": one["journal"],
        "abbreviation": [a or b for a, b in zip(one["iso"], item["medline_ta"], strict=True)],
        "issn": [
            _issns(a, b) for a, b in zip(one["issn"], item["issn_linking"], strict=True)
        ],
        "volume": one["volume"],
        "issue": one["issue"],
        "pages": [
            printed or v.page_range(first, last)
            for printed, first, last in zip(
                one["pages"], one["first_page"], one["last_page"], strict=True
            )
        ],
        "year": [year for year, _ in dates],
        "date": [date for _, date in dates],
        "revised": [_date(*parts, "")[1] for parts in zip(*revised, strict=True)],
    }  # fmt: skip


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


def _lists(read: _Read) -> dict[str, Any]:
    """Return the columns that hold several values, as Arrow arrays."""
    relations = tuple(read.many("relations", "kind", "pmid", "source"))
    linked = [(i, kind, pmid, source) for i, kind, pmid, source in relations if kind != "Cites"]
    cites = [(i, pmid) for i, kind, pmid, _ in relations if kind == "Cites"]
    cites += ((i, name) for i, name, kind in read.many("cited", "name", "kind") if kind == "pubmed")
    cites.sort(key=lambda pair: pair[0])  # those of both lists together, in the order of each
    references = ([i for i, _ in cites], [pmid for _, pmid in cites])
    texts = {
        "languages": read.arrays("article", "language"),
        "publication_types": read.arrays("types", "name"),
        "mesh": _headings(read),
        "keywords": _keywords(read),
        "registrations": read.arrays("numbers", "name"),
        "references": references,
    }
    return {
        "authors": _people(read),
        "corrections": _structs("corrections", linked, read.count),
        **{n: _distinct(items, values, read.count) for n, (items, values) in texts.items()},
    }


def _abstracts(read: _Read) -> list[str]:
    """Return each abstract, the sections of it one after another."""
    out = [""] * read.count
    for item, text, label in read.many("abstract", "text", "label"):
        section = _section(text, label)
        out[item] = f"{out[item]} {section}" if out[item] and section else out[item] or section
    return out


def _section(text: str, label: str) -> str:
    return text if label.upper() in {"", "UNLABELLED", "UNASSIGNED"} else f"{label}: {text}"


def _people(read: _Read) -> Any:
    """Return the authors of each citation, as an Arrow array."""
    columns = [read.texts("authors", n) for n in ("group", "family", "given", "initials", "suffix")]
    rows = [
        (item, group or family, given or initials, suffix, bool(group))
        for item, group, family, given, initials, suffix in zip(
            read.items("authors"), *columns, strict=True
        )
    ]
    return _structs("authors", rows, read.count)


def _structs(name: str, rows: Sequence[tuple[Any, ...]], count: int) -> Any:
    """Return a column of lists of records from rows that begin with the citation's number."""
    import pyarrow as pa

    kind = schema().field(name).type.value_type
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * (len(kind) + 1)
    arrays = [pa.array(c, f.type) for c, f in zip(columns[1:], kind, strict=True)]
    values = pa.StructArray.from_arrays(arrays, fields=list(kind))
    return pa.ListArray.from_arrays(_offsets(columns[0], count), values)


def _offsets(items: Any, count: int) -> Any:
    """Return where the values of each citation begin, for values in the order of citations."""
    import numpy as np
    import pyarrow as pa

    sizes = np.bincount(np.asarray(items, np.int64), minlength=count)
    return pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32())


def _keywords(read: _Read) -> tuple[Any, Any]:
    """Return the citation of each keyword, and the keyword, starred if it is a main topic."""
    items, words, stars = read.arrays("keywords", "name", "star")
    return items, _starred(words, stars)


def _starred(words: Any, stars: Any) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(pc.equal(stars, "Y"), pc.binary_join_element_wise("*", words, ""), words)


def _headings(read: _Read) -> tuple[Any, Any]:
    """Return the citation of each heading, and the heading with its qualifiers.

    xml2arrow gives a row for every part of a heading, numbered within it.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = read.tables["mesh"]
    name, star, qualifier, main = (
        tidy(table.column(n)) for n in ("name", "star", "qualifier", "qualifier_star")
    )
    words = pc.if_else(pc.equal(name, ""), qualifier, name)
    stars = pc.if_else(pc.equal(star, ""), main, star)
    begins = np.flatnonzero(table.column("<part>").to_numpy() == 0)
    offsets = pa.array(np.append(begins, len(words)), pa.int32())
    parts = pa.ListArray.from_arrays(offsets, _starred(words, stars))
    return table.column("<item>").to_numpy()[begins], pc.binary_join(parts, "/")


def _identifiers(read: _Read, pmids: Sequence[int]) -> dict[str, list[str]]:
    dois, pmcids = [""] * read.count, [""] * read.count
    for item, value, kind in read.many("article", "location", "location_kind"):
        if kind == "doi" and not dois[item]:
            dois[item] = value
    for item, value, kind in read.many("ids", "name", "kind"):
        if kind == "doi" and not dois[item] and value != str(pmids[item]):
            dois[item] = value
        elif kind == "pmc" and not pmcids[item]:
            pmcids[item] = value
    return {"doi": dois, "pmcid": pmcids}


def _distinct(items: Any, values: Any, count: int) -> Any:
    """Return the values of each citation, each once, in order, without empty ones.

    The values must come in the order of the citations.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    numbers = np.asarray(items, np.int64)
    full = pc.not_equal(texts, "")
    numbers, texts = numbers[full.to_numpy(zero_copy_only=False)], texts.filter(full)
    codes = texts.dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(numbers * (len(codes) + 1) + codes, return_index=True)
    if len(first) < len(codes):
        first.sort()
        numbers, texts = numbers[first], texts.take(pa.array(first))
    return pa.ListArray.from_arrays(_offsets(numbers, count), texts)
