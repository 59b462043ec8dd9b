"""Answers of databases as records: each field where it belongs, the rest kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paucity.literature.read import read_bytes
from paucity.literature.record import Correction, Person, Record, Reference

SHARED = (Path(__file__).parents[2] / "../shared/data/exports/pubmed").resolve()


def shared(path: str) -> Path:
    if not (SHARED / path).exists():
        pytest.skip(f"shared/data/exports/pubmed/{path} is not here")
    return SHARED / path


def one(answer: Any) -> Record:
    library = read_bytes(json.dumps(answer).encode())
    assert library.findings == ()
    assert len(library.records) == 1
    return library.records[0]


EUROPEPMC = {
    "version": "6.9",
    "hitCount": 1,
    "resultList": {
        "result": [
            {
                "id": "31",
                "source": "MED",
                "pmid": "31",
                "pmcid": "PMC77",
                "doi": "10.5555/x.1",
                "title": "Salvage for <i>PRF1</i> disease (p &lt; 0.05).",
                "authorString": "Alder B, HLH Group.",
                "authorList": {
                    "author": [
                        {
                            "fullName": "Alder B",
                            "firstName": "Beth",
                            "lastName": "Alder",
                            "initials": "B",
                            "authorId": {"type": "ORCID", "value": "0000-0001-2345-6789"},
                            "authorAffiliationDetailsList": {
                                "authorAffiliation": [{"affiliation": "Ward 3,\nTown."}]
                            },
                        },
                        {"collectiveName": "HLH Group"},
                    ]
                },
                "journalInfo": {
                    "issue": "2",
                    "volume": "9",
                    "dateOfPublication": "2019 Mar",
                    "yearOfPublication": 2019,
                    "journal": {
                        "title": "Journal of Salvage",
                        "medlineAbbreviation": "J Salv",
                        "issn": "1234-5678",
                        "essn": "8765-4321",
                        "nlmid": "101",
                    },
                },
                "pubYear": "2019",
                "pageInfo": "11-19",
                "abstractText": "<h4>Aim</h4>To treat. <h4>Result</h4>CD4<sup>+</sup> rose.",
                "language": "eng",
                "pubTypeList": {"pubType": ["Case Reports", "Journal Article"]},
                "meshHeadingList": {
                    "meshHeading": [
                        {"majorTopic_YN": "N", "descriptorName": "Humans"},
                        {
                            "majorTopic_YN": "Y",
                            "descriptorName": "Fever",
                            "meshQualifierList": {
                                "meshQualifier": [
                                    {"majorTopic_YN": "N", "qualifierName": "drug therapy"}
                                ]
                            },
                        },
                    ]
                },
                "keywordList": {"keyword": ["HLH"]},
                "commentCorrectionList": {
                    "commentCorrection": [
                        {
                            "id": "44",
                            "source": "MED",
                            "type": "Retraction in",
                            "reference": "J Salv. 2021. doi: 10.5555/r.1.",
                        }
                    ]
                },
                "firstPublicationDate": "2019-02-28",
                "citedByCount": 3,
                "isOpenAccess": "Y",
                "license": "cc by",
            }
        ]
    },
}


def test_europe_pmc_in_full() -> None:
    record = one(EUROPEPMC)
    assert record == Record(
        title="Salvage for PRF1 disease (p < 0.05).",
        authors=(
            Person("Alder", "Beth", orcid="0000-0001-2345-6789", affiliations=("Ward 3, Town.",)),
            Person("HLH Group", collective=True),
        ),
        year=2019,
        date="2019-03",
        journal="Journal of Salvage",
        abbreviation="J Salv",
        volume="9",
        issue="2",
        pages="11-19",
        doi="10.5555/x.1",
        pmid="31",
        pmcid="PMC77",
        identifiers=(("europepmc", "MED:31"), ("nlm", "101")),
        issn=("1234-5678", "8765-4321"),
        abstract="Aim To treat. Result CD4+ rose.",
        keywords=("HLH",),
        mesh=("Humans", "*Fever/drug therapy"),
        publication_types=("Case Reports", "Journal Article"),
        languages=("eng",),
        database="Europe PMC",
        corrections=(
            Correction("RetractionIn", "44", "10.5555/r.1", "J Salv. 2021. doi: 10.5555/r.1."),
        ),
        extra=(
            ("europepmc-json:citedByCount", "3"),
            ("europepmc:firstPublicationDate", "2019-02-28"),
            ("europepmc:isOpenAccess", "Y"),
            ("europepmc:license", "cc by"),
        ),
    )


def test_europe_pmc_in_short() -> None:
    item = {
        "id": "PPR9",
        "source": "PPR",
        "title": "A case",
        "authorString": "Alder B, de Vries K.",
        "journalTitle": "J Salv",
        "journalIssn": "1234-5678; 8765-4321; ",
        "pubYear": "2020",
        "pubType": "preprint",
    }
    record = one({"hitCount": 1, "resultList": {"result": [item]}})
    assert record.kind == "article"
    assert record.authors == (Person("Alder", "B"), Person("de Vries", "K"))
    assert record.issn == ("1234-5678", "8765-4321")
    assert (record.pmid, record.year, record.publication_types) == ("", 2020, ("preprint",))


OPENALEX = {
    "meta": {"count": 1, "next_cursor": None},
    "results": [
        {
            "id": "https://openalex.org/W99",
            "doi": "https://doi.org/10.5555/x.2",
            "title": "Salvage of HLH",
            "display_name": "Salvage of HLH",
            "publication_year": 2019,
            "publication_date": "2019-03-01",
            "ids": {
                "openalex": "https://openalex.org/W99",
                "pmid": "https://pubmed.ncbi.nlm.nih.gov/31",
                "mag": "123",
            },
            "language": "en",
            "type": "review",
            "is_retracted": True,
            "primary_location": {
                "landing_page_url": "https://doi.org/10.5555/x.2",
                "source": {
                    "display_name": "J Salvage",
                    "issn_l": "1234-5678",
                    "issn": ["1234-5678", "8765-4321"],
                    "host_organization_name": "Press",
                },
            },
            "authorships": [
                {
                    "author": {"display_name": "Beth A. Alder", "orcid": None},
                    "raw_author_name": "Alder, Beth A.",
                    "raw_affiliation_strings": ["Ward 3"],
                },
                {"author": {"display_name": "Kim Vries", "orcid": "https://orcid.org/0000-0001"}},
            ],
            "biblio": {"volume": "9", "issue": "2", "first_page": "11", "last_page": "19"},
            "abstract_inverted_index": {"was": [1], "HLH": [0, 3], "treated": [2]},
            "keywords": [{"display_name": "Fever", "score": 0.5}],
            "referenced_works": ["https://openalex.org/W1", "https://openalex.org/W2"],
            "cited_by_count": 4,
        }
    ],
}


def test_openalex() -> None:
    assert one(OPENALEX) == Record(
        kind="article-journal",
        title="Salvage of HLH",
        authors=(
            Person("Alder", "Beth A.", affiliations=("Ward 3",)),
            Person("Vries", "Kim", orcid="0000-0001"),
        ),
        year=2019,
        date="2019-03-01",
        journal="J Salvage",
        volume="9",
        issue="2",
        pages="11-19",
        doi="10.5555/x.2",
        pmid="31",
        identifiers=(("openalex", "W99"), ("mag", "123")),
        issn=("1234-5678", "8765-4321"),
        abstract="HLH was treated HLH",
        keywords=("Fever",),
        publication_types=("review", "Retracted Publication"),
        languages=("en",),
        publisher="Press",
        database="OpenAlex",
        urls=("https://doi.org/10.5555/x.2",),
        extra=(
            ("openalex-json:cited_by_count", "4"),
            ("openalex:referenced_works", "W1 W2"),
        ),
    )


WORK = {
    "DOI": "10.5555/x.3",
    "type": "journal-article",
    "title": ["Salvage of <scp>HLH</scp>"],
    "subtitle": ["A case"],
    "author": [
        {
            "given": "Beth",
            "family": "Alder",
            "ORCID": "http://orcid.org/0000-0001-2345-6789",
            "affiliation": [{"name": "Ward 3"}],
        },
        {"name": "HLH Group", "sequence": "additional", "affiliation": []},
    ],
    "container-title": ["Journal of Salvage"],
    "short-container-title": ["J Salv"],
    "volume": "9",
    "issue": "2",
    "page": "11-19",
    "ISSN": ["1234-5678"],
    "published-print": {"date-parts": [[2019, 3]]},
    "issued": {"date-parts": [[2018, 12, 31]]},
    "abstract": "<jats:title>Aim</jats:title><jats:p>To treat.</jats:p>",
    "publisher": "Press",
    "language": "en",
    "URL": "http://dx.doi.org/10.5555/x.3",
    "reference": [
        {"key": "1", "DOI": "10.5555/y", "unstructured": "Doe 2001"},
        {"key": "2", "author": "Roe", "year": "2002", "journal-title": "Blood"},
    ],
    "updated-by": [{"DOI": "10.5555/r", "type": "retraction"}],
    "update-to": [{"DOI": "10.5555/e", "type": "erratum"}],
    "clinical-trial-number": [{"clinical-trial-number": "nct01104025"}],
    "member": "311",
    "score": 1.5,
}


@pytest.mark.parametrize(
    "answer",
    [
        {
            "status": "ok",
            "message-type": "work-list",
            "message": {"total-results": 1, "items": [WORK]},
        },
        {"status": "ok", "message-type": "work", "message": WORK},
    ],
)
def test_crossref(answer: Any) -> None:
    assert one(answer) == Record(
        title="Salvage of HLH: A case",
        authors=(
            Person("Alder", "Beth", orcid="0000-0001-2345-6789", affiliations=("Ward 3",)),
            Person("HLH Group", collective=True),
        ),
        year=2019,
        date="2019-03",
        journal="Journal of Salvage",
        abbreviation="J Salv",
        volume="9",
        issue="2",
        pages="11-19",
        doi="10.5555/x.3",
        issn=("1234-5678",),
        abstract="Aim To treat.",
        publisher="Press",
        languages=("en",),
        database="Crossref",
        urls=("http://dx.doi.org/10.5555/x.3",),
        registrations=("NCT01104025",),
        references=(
            Reference(doi="10.5555/y", citation="Doe 2001"),
            Reference(citation="Roe, 2002, Blood"),
        ),
        corrections=(
            Correction("ErratumFor", "", "10.5555/e"),
            Correction("RetractionIn", "", "10.5555/r"),
        ),
        extra=(
            ("crossref-json:score", "1.5"),
            ("crossref:issued", "2018-12-31"),
            ("crossref:member", "311"),
        ),
    )


STUDY = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT01104025",
            "secondaryIdInfos": [{"id": "2010-1"}],
            "briefTitle": "ATG Study",
            "officialTitle": "Hybrid immunotherapy for HLH",
            "organization": {"fullName": "Hospital"},
        },
        "statusModule": {
            "overallStatus": "COMPLETED",
            "studyFirstPostDateStruct": {"date": "2010-04-15", "type": "ESTIMATED"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Hospital", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "A  summary.", "detailedDescription": "More."},
        "conditionsModule": {"conditions": ["HLH"], "keywords": ["ATG"]},
        "designModule": {"studyType": "INTERVENTIONAL"},
        "contactsLocationsModule": {
            "overallOfficials": [{"name": "Beth A. Alder, MD", "affiliation": "Hospital"}]
        },
        "referencesModule": {
            "references": [{"pmid": "31", "type": "RESULT", "citation": "Alder. 2019."}]
        },
    },
    "hasResults": False,
}


def test_clinicaltrials() -> None:
    record = one({"totalCount": 1, "studies": [STUDY]})
    assert record == one(STUDY)
    kept = dict(record.extra)
    assert json.loads(kept["clinicaltrials-json:statusModule"])["overallStatus"] == "COMPLETED"
    assert kept["clinicaltrials:briefTitle"] == "ATG Study"
    assert record.authors == (Person("Alder", "Beth A.", affiliations=("Hospital",)),)
    assert (record.title, record.year, record.date) == (
        "Hybrid immunotherapy for HLH", 2010, "2010-04-15",
    )  # fmt: skip
    assert record.registrations == ("NCT01104025", "2010-1")
    assert record.abstract == "A summary. More."
    assert record.references == (Reference("31", "", "Alder. 2019."),)
    assert record.keywords == ("HLH", "ATG")


ANSWERS = [
    EUROPEPMC,
    OPENALEX,
    {"message-type": "work-list", "message": {"items": [WORK, WORK]}},
    {"studies": [STUDY, STUDY]},
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_is_cut_short_gives_what_is_whole(answer: Any) -> None:
    text = json.dumps(answer)
    whole = read_bytes(text.encode()).records
    cut = read_bytes(text[:-6].encode())
    assert [f.code for f in cut.findings] == ["json-broken"]
    assert cut.records in {whole, whole[:-1]}


@pytest.mark.parametrize("answer", ANSWERS)
@given(
    junk=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(), x, max_size=3),
        max_leaves=6,
    ),
    pick=st.integers(0, 10**6),
)
def test_any_value_anywhere_is_read_without_a_fault_of_ours(
    answer: Any, junk: Any, pick: int
) -> None:
    """Put a value of any kind in the place of any other; reading goes on."""
    copy = json.loads(json.dumps(answer))
    places: list[tuple[Any, Any]] = []
    todo = [copy]
    while todo:
        node = todo.pop()
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                todo.append(node[key])
    node, key = places[pick % len(places)]
    node[key] = junk
    library = read_bytes(json.dumps(copy).encode())
    for record in library.records:
        assert isinstance(record, Record)
        assert all(isinstance(x, str) for pair in record.extra for x in pair)
        assert all(isinstance(x, str) for x in (record.title, record.doi, *record.keywords))


@given(st.binary(max_size=300))
def test_any_bytes_after_the_mark_of_an_answer_are_read(tail: bytes) -> None:
    for start in (
        b'{"hitCount": 1, "resultList": {"result": [',
        b'{"results": [{"id": "https://openalex.org/W1"',
        b'{"message-type": "work-list", "message": {"items": [',
        b'{"studies": [{"protocolSection": ',
    ):
        assert read_bytes(start + tail).format is not None


def test_recorded_answers_of_europe_pmc_are_read() -> None:
    library = read_bytes(shared("europepmc/search_cancer_core.json").read_bytes())
    assert library.findings == ()
    assert len(library.records) == 25
    first = library.records[0]
    assert (first.pmid, first.journal, first.volume, first.issue, first.pages) == (
        "39709209", "Lancet (London, England)", "404", "10471", "2603-2604",
    )  # fmt: skip
    pages = read_bytes(shared("europepmc/fetch_10pages_cancer.json").read_bytes())
    assert (len(pages.records), pages.findings) == (1_000, ())


def test_recorded_answers_of_crossref_are_read() -> None:
    recorded = yaml.safe_load(shared("crossref/test_cursor_max.yaml").read_text("utf-8"))
    answers = [gzip.decompress(x["response"]["body"]["string"]) for x in recorded["interactions"]]
    cursors = {json.loads(a)["message"]["next-cursor"] for a in answers[:3]}
    assert len(cursors) == 1  # Crossref gives every page the same cursor
    records = [r for a in answers[:3] for r in read_bytes(a).records]
    assert len({r.doi for r in records}) == 60
