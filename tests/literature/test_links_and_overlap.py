"""Links are not duplicates; patient overlap is a question."""

from __future__ import annotations

import pytest
from tests.literature.support import people, report

from paucity.literature import Correction, Person, find_links, possible_overlaps
from paucity.literature.links import Relation, is_conference_abstract, is_retracted
from paucity.literature.patients import patients_of

A = report()


@pytest.mark.parametrize(
    ("other", "relation", "order"),
    [
        ({"title": f"Erratum: {A.title}", "pages": "110"}, Relation.ERRATUM, (1, 0)),
        ({"title": f"Retraction notice: {A.title}"}, Relation.RETRACTION, (1, 0)),
        ({"title": f"Expression of concern: {A.title}"}, Relation.CONCERN, (1, 0)),
        (
            {"title": f"Comment on: {A.title}", "authors": people("Ito, K")},
            Relation.COMMENT,
            (1, 0),
        ),
        (
            {"journal": "Blood", "volume": "120 Suppl", "pages": "S21", "year": 2012},
            Relation.ABSTRACT,
            (1, 0),
        ),
        ({"journal": "Cochrane", "year": 2013, "volume": "7", "pages": "9-19"},
         Relation.SAME_STUDY, (0, 1)),
        ({"year": 2017, "volume": "64", "pages": "8-16"}, Relation.UPDATE, (1, 0)),
    ],
)  # fmt: skip
def test_reports_that_belong_together_are_linked(
    other: dict[str, object], relation: Relation, order: tuple[int, int]
) -> None:
    links = find_links([A, report(2, **other)])
    assert [(x.relation, (x.first, x.second), x.stated) for x in links] == [
        (relation, order, False)
    ]


def test_what_a_database_states_is_linked_once() -> None:
    article = report(pmid="1", corrections=(Correction("ErratumIn", "2", "", "J 2014"),))
    erratum = report(
        2, title="Erratum", pmid="2", corrections=(Correction("ErratumFor", "1", "", "J 2013"),)
    )
    links = find_links([article, erratum])
    assert [(x.first, x.second, x.relation, x.stated) for x in links] == [
        (1, 0, Relation.ERRATUM, True)
    ]


def test_a_stated_relation_to_a_report_that_is_not_here_is_kept() -> None:
    link = find_links([report(corrections=(Correction("RetractionIn", "9", "", "J 2015;1"),))])[0]
    assert (link.second, link.other, link.relation) == (-1, "J 2015;1", Relation.RETRACTION)


def test_two_reports_of_one_registered_trial_are_linked() -> None:
    first = report(abstract="Registered as NCT01104025.")
    second = report(2, title="Late outcome of quite other things", authors=people("Ito, K"),
                    registrations=("NCT01104025",))  # fmt: skip
    links = find_links([first, second])
    assert [(x.relation, x.because) for x in links] == [
        (Relation.SAME_STUDY, "both report NCT01104025")
    ]


def test_unrelated_reports_are_not_linked() -> None:
    other = report(2, title="Outcome of kidney transplants in the elderly")
    assert find_links([A, other]) == []


def test_retraction_and_abstract_are_recognised() -> None:
    assert is_retracted(report(publication_types=("Retracted Publication",)))
    assert is_retracted(report(title="RETRACTED: A case"))
    assert not is_retracted(A)
    assert is_conference_abstract(report(publication_types=("Conference Abstract",)))
    assert not is_conference_abstract(A)


CENTRE = "Department of Paediatrics, Kobe University Hospital, Kobe, Japan"


def case(number: int, **values: object) -> object:
    base: dict[str, object] = {
        "title": "Anakinra in a child with hemophagocytic lymphohistiocytosis",
        "abstract": "A 7-year-old girl was treated with anakinra.",
        "authors": (Person("Ito", "Ken", affiliations=(CENTRE,)), Person("Abe", "J")),
        "year": 2010,
        "pages": f"{number}-{number + 3}",
    }
    return report(number, **{**base, **values})


def test_what_a_record_says_of_its_patients_is_read() -> None:
    said = patients_of(
        report(
            title="HLH in a boy",
            abstract="A 14-month-old boy. Between January 2001 and March 2008, 22 patients were"
            " seen. A woman aged 34 years.",
            affiliations=(CENTRE,),
        )
    )
    assert said.people == {(14, "male"), (408, "female")}
    assert (said.period, said.count) == ((2001, 2008), 22)
    assert said.centres == {"kobe university hospital"}


def test_a_case_and_the_later_series_of_its_centre_are_asked_about() -> None:
    series = case(
        2,
        title="Hemophagocytic lymphohistiocytosis treated with anakinra: a series",
        abstract="Between 2005 and 2012, 9 patients, among them a 7-year-old girl.",
        year=2013,
    )
    questions = possible_overlaps([case(1), series])  # type: ignore[list-item]
    assert [(q.first, q.second) for q in questions] == [(0, 1)]
    assert "Do Ito 2010 and Ito 2013 describe the same patients?" in questions[0].question
    assert "same centre (kobe university hospital)" in questions[0].reasons
    assert "a female of 7 years in both" in questions[0].reasons


@pytest.mark.parametrize(
    "other",
    [
        {"abstract": "A 41-year-old man was treated.", "title": "Kidney stones and their care"},
        {"authors": (Person("Ono", "M"),)},
        {"abstract": "A 41-year-old man was treated with anakinra.",
         "authors": (Person("Ito", "Ken"), Person("Ono", "M"))},
    ],
)  # fmt: skip
def test_other_patients_are_not_asked_about(other: dict[str, object]) -> None:
    assert possible_overlaps([case(1), case(2, **other)]) == []  # type: ignore[list-item]


@pytest.mark.parametrize(
    "shown",
    [
        {"mesh": ("Animals", "Rats", "*Lymphohistiocytosis, Hemophagocytic/drug therapy")},
        {"publication_types": ("Editorial",)},
        {"title": "Anakinra in practice", "abstract": "", "authors": people("Ito, K", "Abe, J")},
    ],
)
def test_what_points_to_no_patients_is_not_asked_about(shown: dict[str, object]) -> None:
    bare = {"abstract": "", "authors": people("Ito, K", "Abe, J", "Ono, M", "Ueda, T")}
    assert possible_overlaps([case(1, **bare), case(2, **{**bare, **shown})]) == []  # type: ignore[list-item]


def test_the_same_three_authors_on_one_subject_are_asked_about() -> None:
    bare = {"abstract": "", "authors": people("Ito, K", "Abe, J", "Ono, M")}
    (asked,) = possible_overlaps([case(1, **bare), case(2, **bare, year=2013)])  # type: ignore[list-item]
    assert asked.reasons[0] == "3 of 3 authors shared"


def test_headings_that_every_article_has_are_no_subject() -> None:
    """The qualifiers and check tags of MEDLINE are not what an article is about."""
    tags = ("Humans", "Female", "Aged", "Adult/drug therapy", "Time Factors/complications")
    said = patients_of(report(title="On a case of it", mesh=tags))
    assert said.words == {"time", "factors"}


def test_periods_that_do_not_meet_speak_against_overlap() -> None:
    first = case(1, abstract="Between 1990 and 1995, 5 patients were seen.")
    second = case(2, abstract="Between 2005 and 2009, 7 patients were seen.")
    third = case(3, abstract="Between 1993 and 1999, 7 patients were seen.")
    scores = {(q.first, q.second): q.score for q in possible_overlaps(
        [first, second, third], least=0.0)}  # type: ignore[list-item]  # fmt: skip
    assert scores[0, 2] > scores[0, 1]
