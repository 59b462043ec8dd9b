"""A record may be named in any of the ways in which people write its identifiers."""

from __future__ import annotations

import pytest

from paucity.screening.naming import Names
from screening.support import corpus

HELD = corpus(
    {
        "records/a.ris": "TY  - JOUR\nTI  - Alemtuzumab in one\nDO  - 10.1000/ELM(1).4\nER  - \n",
        "records/b.nbib": (
            "PMID- 123\nTI  - Anakinra for elm disease in adults\nPMC - PMC77\n"
            "AID - 10.1000/elm.5 [doi]\n"
        ),
        "records/c.ris": (
            "TY  - JOUR\nTI  - Etanercept in mice\nDB  - Embase\nAN  - L2001234567\nER  - \n"
            "TY  - JOUR\nTI  - Tocilizumab\nDO  - 10.1000/twin\nER  - \n"
        ),
        "records/d.ris": (
            "TY  - JOUR\nTI  - Kidney transplants in the elderly\nDO  - 10.1000/twin\nER  - \n"
        ),
    },
    '- {decision: keep apart, by: AB, records: ["doi:10.1000/twin in records/c.ris",'
    ' "doi:10.1000/twin in records/d.ris"]}',
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("doi:10.1000/elm(1).4", "doi:10.1000/elm(1).4"),
        ("10.1000/ELM(1).4", "doi:10.1000/elm(1).4"),
        ("DOI: 10.1000/Elm(1).4", "doi:10.1000/elm(1).4"),
        ("https://doi.org/10.1000/ELM(1).4", "doi:10.1000/elm(1).4"),
        ("http://dx.doi.org/10.1000/elm%281%29.4", "doi:10.1000/elm(1).4"),
        ("doi:10.1000/ELM(1).4 in records/a.ris", "doi:10.1000/elm(1).4 in records/a.ris"),
        ("10.1000/elm.5.", "doi:10.1000/elm.5"),
        ("123", "pmid:123"),
        ("PMID: 123", "pmid:123"),
        ("PMID123", "pmid:123"),
        (" pmid:00123 ", "pmid:123"),
        ("123.0", "pmid:123"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", "pmid:123"),
        ("PMC77", "pmcid:PMC77"),
        ("pmcid: pmc77", "pmcid:PMC77"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC77/", "pmcid:PMC77"),
        ("l2001234567", "embase:L2001234567"),
    ],
)
def test_what_means_a_record_is_taken_for_it(text, name):
    meant = Names(HELD).meant(text)
    assert meant.name == name
    assert len(meant.reports) == 1
    assert meant.exact == (text == name)


@pytest.mark.parametrize("text", ["", "77", "12", "PMC123", "10.1000/elm", "text", "doi:", "=1"])
def test_what_means_none_is_taken_for_none(text):
    assert Names(HELD).meant(text).reports == frozenset()


def test_what_means_two_is_told_with_both():
    names = Names(HELD)
    meant = names.meant("https://doi.org/10.1000/TWIN")
    assert len(meant.reports) == 2
    told = names.candidates(meant)
    assert told == "`doi:10.1000/twin in records/c.ris`, `doi:10.1000/twin in records/d.ris`"
    one = names.meant("10.1000/TWIN in records/d.ris")
    assert (one.name, len(one.reports)) == ("doi:10.1000/twin in records/d.ris", 1)
