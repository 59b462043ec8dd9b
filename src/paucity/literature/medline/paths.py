"""Which paths of PubMed's XML xml2arrow fills into which table."""

from __future__ import annotations

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SET: Final = "/PubmedArticleSet"
_ITEM: Final = f"{_SET}/PubmedArticle"
_CITATION: Final = f"{_ITEM}/MedlineCitation"
_ARTICLE: Final = f"{_CITATION}/Article"
_JOURNAL: Final = f"{_ARTICLE}/Journal"
_ISSUE: Final = f"{_JOURNAL}/JournalIssue"
_HEADING: Final = f"{_CITATION}/MeshHeadingList/MeshHeading"
_DATA: Final = f"{_ITEM}/PubmedData"
_NESTED: Final = f"{_DATA}/ReferenceList/ReferenceList"
_CITED: Final = f"{_DATA}/ReferenceList/Reference/ArticleIdList"

TABLES: Final[Mapping[str, tuple[str, tuple[str, ...], Mapping[str, str]]]] = {
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
        }
        | {"type": f"{_ARTICLE}/AuthorList/@Type"},
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
    "nested": (_NESTED, ("part",), {"citation": f"{_NESTED}/Reference/Citation"}),
    "cited": (
        _CITED,
        ("part",),
        {"name": f"{_CITED}/ArticleId", "kind": f"{_CITED}/ArticleId/@IdType"},
    ),
}
"""What xml2arrow fills: the element whose children are rows, further levels, the values."""


@lru_cache(maxsize=1)
def parser() -> Any:
    """Return the parser that fills the tables; made once."""
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
        for name, (path, levels, fields) in TABLES.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "paths.yaml")
        config.write_text(json.dumps({"tables": tables}), encoding="utf-8")
        return XmlToArrowParser(str(config))
