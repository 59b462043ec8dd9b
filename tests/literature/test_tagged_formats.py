"""nbib and RIS: what each vendor writes is read as what it means, and nothing is dropped."""

from __future__ import annotations

import pytest
from tests.literature.support import codes, one, read

from paucity.literature import Person

NBIB = """\
PMID- 29657938
OWN - NLM
IS  - 2277-9175 (Print)
VI  - 7
IP  - 2
DP  - 2018 Mar 27
TI  - A case of something rare whose title goes
      on upon the next line.
LID - 10.4103/abr.abr_99_17 [doi]
AB  - BACKGROUND: One. RESULTS: Two.
FAU - de Saint Basile, Geneviève
AU  - de Saint Basile G
AUID- ORCID: 0000-0002-1825-0097
AD  - Hospital A.
AD  - Hospital B.
FAU - Ito, Ken
AU  - Itoh K
CN  - Study Group
LA  - eng
PT  - Case Reports
EIN - Lancet. 2019;1:2. PMID: 123
TA  - Lancet
JT  - Lancet (London, England)
MH  - Acne Vulgaris/*therapy
PHST- 2018/04/17 06:00 [entrez]
PST - epublish

"""


def test_nbib_fields_find_their_place() -> None:
    record = one(NBIB)
    assert record.title == "A case of something rare whose title goes on upon the next line."
    assert (record.pmid, record.doi, record.year) == ("29657938", "10.4103/abr.abr_99_17", 2018)
    assert (record.date, record.issn, record.issue) == ("2018-03-27", ("2277-9175",), "2")
    first, second, group = record.authors
    assert first.family == "de Saint Basile"
    assert first.orcid == "0000-0002-1825-0097"
    assert first.affiliations == ("Hospital A.", "Hospital B.")
    assert second == Person("Ito", "Ken")
    assert group == Person("Study Group", collective=True)
    assert (record.corrections[0].kind, record.corrections[0].pmid) == ("ErratumIn", "123")


def test_nbib_keeps_tags_without_a_field_and_a_short_name_that_differs() -> None:
    extra = one(NBIB).extra
    assert ("nbib:PHST", "2018/04/17 06:00 [entrez]") in extra
    assert ("nbib:AU", "Itoh K") in extra


def test_pmc_puts_its_own_number_before_the_pmid() -> None:
    text = "PMC - PMC1\nPMID- 1\nTI  - A\nSO  - x\n\nPMC - PMC2\nPMID- 2\nTI  - B\nSO  - y\n"
    assert [(r.pmcid, r.pmid) for r in read(text).records] == [("PMC1", "1"), ("PMC2", "2")]


def test_records_know_file_position_line_and_search() -> None:
    from paucity.literature import read_bytes

    library = read_bytes(NBIB.encode() * 2, "records/pubmed.nbib", "pubmed-2026")
    second = library.records[1].place
    assert (second.file, second.number, second.search) == ("records/pubmed.nbib", 2, "pubmed-2026")
    assert NBIB.encode().splitlines()[0] == (NBIB * 2).encode().splitlines()[second.line - 1]


RIS = "TY  - JOUR\n{body}ER  - \n"


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("TI  - A\nY1  - 2019//\n", "year", 2019),
        ("TI  - A\nPY  - 2012\nDA  - 2012/07/03\n", "date", "2012-07-03"),
        ("TI  - A\nDA  - APR 21\nPY  - 2014\nAN  - WOS:000333482900004\n", "date", "2014-04-21"),
        ("T1  - A\nN2  - An abstract.\n", "abstract", "An abstract."),
        ("TI  - A\nSP  - 152\nEP  - 160\n", "pages", "152-160"),
        ("TI  - A\nSP  - 94-103\n", "pages", "94-103"),
        ("TI  - A\nDB  - Scopus\nC7  - 104501\n", "pages", "104501"),
        ("TI  - A\nDO  - http://dx.doi.org/10.1002/cpp.2398\n", "doi", "10.1002/cpp.2398"),
        ("TI  - A\nSN  - 03064530 (ISSN)\n", "issn", ("0306-4530",)),
        ("TI  - A\nSN  - 0894-9867, 1573-6598\n", "issn", ("0894-9867", "1573-6598")),
        ("TI  - A\nKW  - one\ntwo\nKW  - three\n", "keywords", ("one", "two", "three")),
        ("TI  - A\nDB  - Embase\nU2  - L373791783\n", "identifiers", (("embase", "L373791783"),)),
        ("TI  - A\nAN  - WOS:000333482900004\n", "identifiers", (("wos", "WOS:000333482900004"),)),
        ("TI  - A\nDP  - NLM\nAN  - 29657938\n", "pmid", "29657938"),
        ("TI  - A\nDP  - NLM\nID  - 895\nC2  - PMC5887696\n", "pmcid", "PMC5887696"),
        ("TI  - A\nDB  - Embase\nA1  - Liu R.X.\n", "authors", (Person("Liu", "R.X."),)),
    ],
)
def test_each_vendor_is_understood(body: str, field: str, value: object) -> None:
    assert getattr(one(RIS.format(body=body)), field) == value


def test_ovid_uses_tags_in_its_own_way() -> None:
    body = (
        "ID  - 2019-65183-001\nT1  - A\nM3  - Health Treatment [3300]\nA2  - Andres, Byrne\n"
        "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS\n"
    )
    record = one("1.\n" + RIS.format(body=body) + "NL  - Clin Psychol\n\nLink to the Full Text\n")
    assert record.identifiers == (("psycinfo", "2019-65183-001"),)
    assert record.publication_types == ()
    assert record.editors == ()
    assert ("ris:M3", "Health Treatment [3300]") in record.extra
    assert ("ris:A2", "Andres, Byrne") in record.extra
    assert ("ris:after", "NL  - Clin Psychol\nLink to the Full Text") in record.extra


def test_a_ris_without_er_is_kept_and_the_finding_says_where_it_ended() -> None:
    library = read("TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nAB  - cut of")
    assert [r.title for r in library.records] == ["One", "Two"]
    assert library.records[1].abstract == "cut of"
    assert codes(library) == ["record-unclosed", "record-unclosed"]
    assert library.findings[1].span.line == 5
    assert "the file ends" in library.findings[1].message


def test_a_year_that_is_none_is_kept_and_reported() -> None:
    library = read(RIS.format(body="TI  - A\nPY  - 10 15\n"))
    assert library.records[0].year is None
    assert library.records[0].extra == (("ris:PY", "10 15"),)
    assert (codes(library), library.findings[0].span.line) == (["year-unreadable"], 3)


def test_a_second_title_is_kept() -> None:
    assert one(RIS.format(body="TI  - One\nTI  - Two\n")).extra == (("ris:TI", "Two"),)


def test_two_authors_of_one_name_stay_two() -> None:
    assert len(one(RIS.format(body="TI  - A\nAU  - Wang, L\nAU  - Wang, L\n")).authors) == 2
