"""The report's section on definitions: linked, escaped, the same from run to run, and no noise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from participants import reviews
from paucity.report.definitions import STORIES
from paucity.report.site import write_report
from paucity.report.tables import named
from paucity.report.tables.participants import ENOUGH
from paucity.review import bundled_review, load_review
from report import hostile
from report.pages import dead_links, read, read_folder
from support.reviews import load

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.report.table import Table
    from paucity.review import Review


@pytest.fixture(scope="module")
def bundled() -> Review:
    return load_review(bundled_review("hlh-salvage"))


def built(review: Review, out: Path) -> str:
    write_report(review, out)
    return (out / "index.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join("".join(read(html).text).split())


def rows(table: Table) -> dict[tuple[str, str], dict[str, str]]:
    first = table.columns[0].key
    return {
        (row.group, row[first].text): {c.key: row[c.key].text for c in table.columns}
        for row in table.rows
    }


@pytest.fixture(scope="module")
def page(bundled: Review, tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(bundled, tmp_path_factory.mktemp("bundled"))


def test_recomputed_stands_beside_reported(bundled: Review) -> None:
    held = rows(named(bundled, "recomputed"))
    as_reported = held["Gerard 2012", "Gerard 2012"]
    assert (as_reported["reported"], as_reported["recomputed"]) == (
        "PR",
        "not computed: in words only",
    )
    marsh = held["Gerard 2012", "Marsh 2013, as printed"]
    assert (marsh["reported"], marsh["recomputed"]) == ("", "PR or NR")
    assert "down by 68.5%: improved" in marsh["known"]
    assert "triglycerides" in marsh["deciding"]
    assert "ferritin" not in marsh["deciding"]


def test_the_report_says_where_the_rule_cannot_be_proven(page: str) -> None:
    text = words(page)
    assert "Reported as PR by Gerard 2012, in words only." in text
    assert "PR can be neither proven nor excluded by Marsh 2013, as printed;" in text
    assert "There is no PR in Miettunen 2011, resolution by HLH-2004." in text
    assert "no study describes 10 or more one by one" in text


def test_the_bundled_review_tells_each_definition_with_what_is_unstated(page: str) -> None:
    text = words(page)
    assert "Another reading of Marsh 2013, as printed, and otherwise as it is" in text
    assert "which value is the baseline the last before the first dose baseline" in text
    assert "whether resolution of fever is one of the markers or required" in text


def test_the_matrix_shows_where_marsh_and_wang_part(bundled: Review) -> None:
    table = named(bundled, "matrix")
    heads = [c.label for c in table.columns]
    printed, wang = (
        f"d{heads.index(x) - 1}"
        for x in heads
        if x.startswith(("Marsh 2013, as", "Wang 2015, fever"))
    )
    held = rows(table)
    sil2r = held["Markers", "soluble IL-2 receptor (sCD25)"]
    # Audit C4: more than 1.5-fold in Marsh, 1.5-fold or more in Wang.
    assert (sil2r[printed], sil2r[wang]) == ("down more than 1.5-fold", "down at least 1.5-fold")
    anc = held["Markers", "ANC"]
    # Audit C1: above 5 as printed in Marsh, above 2.0 in Wang.
    assert "more than 5 10^9/l" in anc[printed]
    assert "more than 2 10^9/l" in anc[wang]
    assert held["Markers", "hemophagocytosis"][wang] == "–"


def test_counts_of_differences_lead_to_their_lists(bundled: Review, page: str) -> None:
    comparison = named(bundled, "comparison")
    lists = named(bundled, "differences")
    groups = [row.group for row in lists.rows]
    first, second = comparison.rows[:2]
    count = first["d1"].value
    group = f"{first['definition'].text} / {second['definition'].text}"
    assert count == groups.count(group) == 1
    parsed = read(page)
    assert "differ-1" in parsed.ids
    assert "#differ-1" in parsed.links


VALUES = "participant,marker,day,value,unit\np1,ferritin,0,4756,ug/l\np1,ferritin,14,1500,ug/l\n"


def test_every_setting_named_can_be_set(bundled: Review) -> None:
    from paucity.report.tables.definitions import SETTINGS
    from paucity.response.assess import assess
    from paucity.response.cells import Words
    from paucity.response.load import load_definition
    from paucity.response.read_series import parse_series
    from paucity.response.settings import DEFAULTS, SETTING_NAMES, Choice, choices
    from paucity.vocabulary import bundled as bundled_words

    assert set(SETTINGS) == set(SETTING_NAMES)
    made: list[Choice] = []
    for name in ("marsh-2013", "hlh-2004"):  # of change from a baseline, and of values in a window
        definition, _ = load_definition(name)
        assert definition is not None
        made += choices(definition, DEFAULTS)
    refractory, _ = load_definition("refractory-2-weeks")
    assert refractory is not None
    judge = replace(DEFAULTS, judge="marsh-2013")
    made += assess(
        parse_series(VALUES, "labs.csv", Words(bundled_words())), refractory, judge
    ).choices
    abouts = {"parameter" if c.about.startswith("parameter ") else c.about for c in made}
    assert {about for about, _ in SETTINGS.values()} <= abouts
    told = {row["setting"].text for row in named(bundled, "unstated").rows}
    assert told - {""} <= set(SETTING_NAMES)


def test_data_files_hold_participants_and_levels(bundled: Review, tmp_path: Path) -> None:
    write_report(bundled, tmp_path)
    data = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
    person = data["participants"]["gerard-2012/patient"]
    assert person["values"][1]["value"] == "1500"
    assert person["@"]["file"] == "participants/gerard-2012.yaml"
    (found,) = [
        r
        for r in data["recomputed"]
        if (r["participant"], r["definition"]) == ("gerard-2012/patient", "marsh-2013")
    ]
    assert found["possible"] == ["PR", "NR"]
    assert found["choices"]
    table = (tmp_path / "tables" / "recomputed.csv").read_text(encoding="utf-8")
    assert table.startswith("group,definition,reported,recomputed,known,deciding\n")


def test_a_review_without_participants_says_nothing_of_them(tmp_path: Path) -> None:
    files = {k: v for k, v in reviews.FILES.items() if not k.startswith("participants/")}
    review = load(tmp_path / "review", files)
    text = words(built(review, tmp_path / "out"))
    assert "Definitions" in text
    assert "ecomputed" not in text
    assert "articipants described" not in text
    assert not (tmp_path / "out" / "tables" / "participants.csv").exists()


def test_a_review_without_definitions_has_no_such_section(tmp_path: Path) -> None:
    review = load(tmp_path / "review", {"review.yaml": "title: Nothing yet\n"})
    page = read(built(review, tmp_path / "out"))
    assert "definitions" not in page.ids
    assert "#definitions" not in page.links


@pytest.mark.parametrize(
    "text",
    [
        "participants: {one: {cohort: all}}\n",
        "participants: {one: {cohort: all, values: [{marker: platelets, told: few}]}}\n",
        "participants: {one: {cohort: all, reported: PR}}\n",
        "participants: {}\n",
    ],
)
@pytest.mark.parametrize("definition", [True, False])
def test_however_little_is_told_there_is_a_report(
    text: str, tmp_path: Path, *, definition: bool
) -> None:
    files = {**reviews.FILES, "participants/alder-2012.yaml": text}
    if not definition:
        del files["definitions/evans.yaml"]
        files["studies/alder-2012.yaml"] = reviews.STUDY.replace(", definition: evans", "")
    page = words(built(load(tmp_path / "review", files), tmp_path / "out"))
    assert dead_links(tmp_path / "out") == []
    assert ("1 participant is described one by one" in page) is ("one:" in text)
    assert ("No response was judged by a definition" in page) is ("one:" in text and not definition)


def test_another_disease_is_told_alike(tmp_path: Path) -> None:
    files = {**reviews.FILES, "definitions/both.yaml": reviews.STRICT}
    review = load(tmp_path / "review", files)
    html = built(review, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    text = words(html)
    # Hemoglobin rises by 20 g/l, platelets not twofold: one marker of the two.
    assert "The values give PR by Evans response." in text
    assert "The values give NR, and not PR, by Evans response, both." in text
    assert "hemoglobin: 80 g/l (day 0), then 10 g/dl (day 28), up by 25%: improved" in text
    assert "HLH" not in text


def test_links_lead_from_values_to_their_lines_in_tables_too(tmp_path: Path) -> None:
    files = {k: v for k, v in reviews.FILES.items() if not k.startswith("participants/")}
    review = load(tmp_path / "r", {**files, "participants/alder-2012.csv": reviews.TABLE})
    html = built(review, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    assert "participants/alder-2012.html#L3" in read(html).links


def test_hostile_names_are_printed_as_text(tmp_path: Path) -> None:
    review = load(tmp_path / "review", hostile.FILES)
    assert len(review.people.participants) == 3
    html = built(review, tmp_path / "out")
    assert dead_links(tmp_path / "out") == []
    for path, page in read_folder(tmp_path / "out").items():
        assert not [t for t, a in page.tags if t == "script" or "onerror" in a], path
    text = "".join(read(html).text)
    assert '<b>"one"' in text
    assert "=rule <script>alert(1)</script>" in text


def test_two_builds_are_alike(tmp_path: Path) -> None:
    files = {
        **reviews.FILES,
        "participants/more.csv": "study," + reviews.many(3).replace("\np", "\nalder-2012,p"),
    }
    first = built(load(tmp_path / "a" / "review", files), tmp_path / "a" / "out")
    second = built(
        load(tmp_path / "b" / "review", dict(reversed(files.items()))), tmp_path / "b" / "out"
    )
    assert first == second
    data = [(tmp_path / x / "out" / "evidence.json").read_bytes() for x in "ab"]
    assert data[0] == data[1]


def review_of(count: int, folder: Path) -> Review:
    files = {k: v for k, v in reviews.FILES.items() if not k.startswith("participants/")}
    study = reviews.STUDY.replace("patients: 12", f"patients: {count}")
    more = {
        "participants/alder-2012.csv": reviews.many(count),
        "definitions/both.yaml": reviews.STRICT,
    }
    return load(folder, {**files, "studies/alder-2012.yaml": study, **more})


def test_rates_and_agreement_come_with_enough_participants(tmp_path: Path) -> None:
    assert named(review_of(ENOUGH - 1, tmp_path / "few"), "rates").rows == ()
    review = review_of(12, tmp_path / "many")
    held = rows(named(review, "rates"))
    # Of every four, two rise by 20 g/l (PR), one does not (NR), of one hemoglobin is not told.
    one = held["Alder 2012", "Evans response"]
    assert (one["n"], one["certain"], one["possible"]) == ("12", "6", "9")
    assert one["bounds"] == "50 to 75%"
    # Platelets never rise, so that two improved markers are impossible.
    both = held["Alder 2012", "Evans response, both"]
    assert (both["certain"], both["possible"], both["bounds"]) == ("0", "0", "0%")
    (pair,) = named(review, "agreement").rows
    # Same: the 3 who do not respond by either. Other: the 6 PR by one and NR by both. Open: 3.
    assert [pair[k].value for k in ("same", "flips", "open")] == [3, 6, 3]


def test_too_many_participants_stand_in_the_files_only(tmp_path: Path) -> None:
    review = review_of(STORIES + 1, tmp_path / "review")
    text = words(built(review, tmp_path / "out"))
    assert "They are too many to print" in text
    assert "p40" not in text
    assert "p40" in (tmp_path / "out" / "tables" / "recomputed.csv").read_text(encoding="utf-8")
