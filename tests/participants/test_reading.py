"""Files of participants: read alike from YAML and tables, linked, and never raising."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participants import reviews
from paucity.participants import load_participants
from paucity.participants.gathering import gather
from paucity.participants.model import ParticipantFile, read_day
from paucity.participants.tabular import parse_table
from paucity.record import read_document
from paucity.schemas import schema_of
from paucity.text import parse_yaml
from paucity.vocabulary import bundled
from support.reviews import load, serious

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.response.series import Measurement
    from paucity.review import Review


def with_files(folder: Path, **files: str) -> Review:
    return load(folder, {**reviews.FILES, **{k.replace("__", "/"): v for k, v in files.items()}})


def as_table(folder: Path, table: str = reviews.TABLE) -> Review:
    files = {k: v for k, v in reviews.FILES.items() if not k.startswith("participants/")}
    return load(folder, {**files, "participants/alder-2012.csv": table})


def measured(review: Review) -> list[list[tuple[str, int, str, object]]]:
    def plain(m: Measurement) -> tuple[str, int, str, object]:
        return m.marker, m.at, str(m.value), (m.sex, m.age)

    return [[plain(m) for m in p.measurements] for p in review.people.series.participants]


def test_a_small_file_is_read_and_linked(tmp_path: Path) -> None:
    review = load(tmp_path, reviews.FILES)
    assert serious(review) == []
    person = review.people.participants["alder-2012/one"]
    assert (person.cohort, person.therapy) == ("all", "rituximab")  # the study's only ones
    assert person.source is not None
    assert person.source.at == "Table 2"


def test_a_table_says_the_same_as_a_yaml_file(tmp_path: Path) -> None:
    yaml, table = load(tmp_path / "a", reviews.FILES), as_table(tmp_path / "b")
    assert serious(table) == []
    assert measured(table) == measured(yaml)
    assert table.recomputed["evans"].outcomes == yaml.recomputed["evans"].outcomes
    one, other = (r.people.participants["alder-2012/one"] for r in (yaml, table))
    assert [r.level for r in one.reported] == [r.level for r in other.reported] == ["PR"]
    assert one.index == other.index


def test_values_are_turned_into_the_usual_unit(tmp_path: Path) -> None:
    (values,) = measured(load(tmp_path, reviews.FILES))
    # 10 g/dl are 100 g/l; 19000 per microlitre are 19 x 10^9 per litre; 40 y are 40 a.
    assert [(m, v) for m, _, v, _ in values] == [
        ("hemoglobin", "80"),
        ("hemoglobin", "100"),
        ("platelets", "10"),
        ("platelets", "19"),
    ]
    assert {who for *_, who in values} == {("female", Fraction(40))}


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    for review in (load(tmp_path / "a", reviews.FILES), as_table(tmp_path / "b")):
        for person in review.people.participants.values():
            for value in person.values:
                span = value.marks.span("value")
                line = review.texts[span.file].splitlines()[span.line - 1]
                assert value.value in line
                assert value.marker.written in line


def test_lines_of_a_table_are_counted_over_cells_of_several_lines(tmp_path: Path) -> None:
    table = 'participant,marker,day,value,unit,told\n\none,platelets,0,10,10^9/l,"a\nb"\n'
    review = as_table(tmp_path, table + "one,platelets,7,20,10^9/l,\n")
    values = review.people.participants["alder-2012/one"].values
    assert [v.marks.span().line for v in values] == [3, 5]


def test_a_table_adds_values_to_a_participant_of_a_yaml_file(tmp_path: Path) -> None:
    rows = "participant,marker,day,value,unit\none,platelets,14,15,10^9/l\n"
    review = with_files(tmp_path, **{"participants__alder-2012.csv": rows})
    assert serious(review) == []
    person = review.people.participants["alder-2012/one"]
    assert [v.value for v in person.values] == ["80", "10", "10", "19000", "15"]
    assert person.values[-1].marks.file == "participants/alder-2012.csv"
    assert person.sex == "female"


VALUES = st.lists(
    st.tuples(
        st.sampled_from([("platelets", "10^9/l"), ("platelets", "cells/ul"), ("ferritin", "ug/l")]),
        st.sampled_from(["baseline", "-3", "0", "7", "by 14", "2 wk"]),
        st.sampled_from(["5", "0.5", "<10", ">40", "few", ""]),
        st.sampled_from(["", "high", "low"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_every_table_says_the_same_as_the_yaml_file_of_its_rows(
    values: list[tuple[tuple[str, str], str, str, str]],
) -> None:
    lines = ["participant,marker,unit,day,value,flags"]
    text = "participants:\n  one:\n    values:\n"
    for (marker, unit), day, value, flag in values:
        lines.append(f"one,{marker},{unit},{day},{value},{flag}")
        text += f"      - {{marker: {marker}, unit: {unit}, day: {day}, value: '{value}', "
        text += f"flags: '{flag}'}}\n" if flag else "}\n"
    yaml = parse_yaml(text, "participants/x.yaml")
    (table,) = parse_table("\n".join(lines), "participants/x.csv")
    people = [
        gather(load_participants([document], {}, bundled())[1], bundled())
        for document in (yaml, table)
    ]
    one, other = people
    assert one.series.participants == other.series.participants
    assert [f.reason for f in one.unusable] == [f.reason for f in other.unusable]
    assert [f.reason for f in one.doubtful] == [f.reason for f in other.doubtful]


def test_the_level_reported_has_no_part_in_the_level_recomputed(tmp_path: Path) -> None:
    one = load(tmp_path / "a", reviews.FILES)
    text = reviews.PARTICIPANTS.replace("level: PR", "level: NR")
    other = with_files(tmp_path / "b", **{"participants__alder-2012.yaml": text})
    assert [f.code for f in serious(other)] == ["response-recomputed-differs"]
    assert one.recomputed["evans"].outcomes == other.recomputed["evans"].outcomes


@pytest.mark.parametrize(
    ("text", "days", "shown"),
    [
        ("0", 0, "day 0"),
        ("-3", -3, "day -3"),
        ("0.5", Fraction(1, 2), "day 0.5"),
        ("2 wk", 14, "2 wk"),
        ("by 2 wk", 14, "by 2 wk"),
        ("by 14", 14, "by day 14"),
        ("baseline", 0, "baseline"),
        ("100000", 100000, "day 100000"),
    ],
)
def test_a_day_as_sources_tell_it(text: str, days: Fraction, shown: str) -> None:
    day = read_day(text)
    assert day is not None
    assert (day.days, str(day)) == (days, shown)


@pytest.mark.parametrize(
    "text", ["", "soon", "by", "by 0", "by -1", "by baseline", "1e3", "100001", "٣", "1/2", "nan"]
)
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None


def test_a_value_by_the_end_of_the_window_counts_and_one_after_does_not(tmp_path: Path) -> None:
    at_end = load(tmp_path / "a", reviews.FILES)
    late = reviews.PARTICIPANTS.replace("day: 28", "day: 29")
    after = with_files(tmp_path / "b", **{"participants__alder-2012.yaml": late})
    assert at_end.recomputed["evans"].outcomes[0].result == "PR"
    assert after.recomputed["evans"].outcomes[0].result == "CR or PR or NR"


def test_nothing_counts_after_the_next_therapy(tmp_path: Path) -> None:
    text = reviews.PARTICIPANTS + "    events: [{event: next therapy, day: 21}]\n"
    review = with_files(tmp_path, **{"participants__alder-2012.yaml": text})
    assert serious(review) == []
    assert review.recomputed["evans"].outcomes[0].result == "CR or PR or NR"


def test_a_flag_stands_for_a_value_that_is_not_told(tmp_path: Path) -> None:
    text = """\
participants:
  one:
    values:
      - {marker: hemoglobin, day: by 28, flags: normal}
      - {marker: platelets, day: by 28, flags: low}
"""
    # Without rules for normal of their own, a flag of the laboratory decides.
    definition = reviews.DEFINITION.replace(", normal: value >= 120", "").replace(
        ", normal: value >= 100", ""
    )
    files = {"participants__alder-2012.yaml": text, "definitions__evans.yaml": definition}
    review = with_files(tmp_path, **files)
    assert serious(review) == [f for f in serious(review) if f.code == "normal-without-limits"]
    states = {s.marker: s.truths["normal"] for s in review.recomputed["evans"].outcomes[0].markers}
    assert states == {"hemoglobin": True, "platelets": False}
    assert review.recomputed["evans"].outcomes[0].result == "PR or NR"  # platelets rule out CR


def test_a_participant_of_whom_only_words_are_told_is_kept(tmp_path: Path) -> None:
    text = "participants: {one: {values: [{marker: platelets, told: a rise}]}}\n"
    review = with_files(tmp_path, **{"participants__alder-2012.yaml": text})
    assert serious(review) == []
    (outcome,) = review.recomputed["evans"].outcomes
    assert (outcome.participant, outcome.result) == ("alder-2012/one", "CR or PR or NR")


def test_two_values_at_one_time_are_both_kept_in_mind(tmp_path: Path) -> None:
    text = reviews.PARTICIPANTS + "      - {marker: hemoglobin, day: 28, value: 99, unit: g/l}\n"
    review = with_files(tmp_path, **{"participants__alder-2012.yaml": text})
    assert [f.code for f in serious(review)] == ["value-doubtful"]
    # From 80 to 99 is a rise by 19, to 100 by 20: improved under one of the two values alone.
    assert review.recomputed["evans"].outcomes[0].result == "PR or NR"


@pytest.mark.parametrize(
    "table",
    [
        "",
        "\n\n",
        "participant,marker\n",
        "participant\none\n",
        "marker,value\nplatelets,1\n",
        'participant,marker,value\none,"platelets\n',
        "participant,marker,value\none,platelets\n",
        "participant,marker,value\n,platelets,1\n",
        "participant,participant,marker\none,two,platelets\n",
        "participant,marker,date\none,platelets,2020-01-01\n",
        "\x00\x01,\x02\n\x03",
        "participant;marker;value\none;platelets;1\n",
        f"participant,marker,told\none,platelets,{'x' * 200_000}\n",
    ],
    ids=range(13),
)
def test_a_table_that_is_none_gives_findings_and_the_rest_is_read(
    table: str, tmp_path: Path
) -> None:
    review = with_files(tmp_path, **{"participants__more.csv": table})
    assert "alder-2012/one" in review.people.participants
    told = [f for f in review.findings if f.span.file == "participants/more.csv"]
    assert told or table == "participant,marker\n"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(alphabet=st.sampled_from("participant,marker\n\"';\r\0=é0123<>. -"), max_size=200)
    | st.lists(st.lists(st.text(max_size=6), min_size=5, max_size=5).map(",".join), max_size=6).map(
        lambda rows: "participant,marker,day,value,unit\n" + "\n".join(rows)
    )
)
def test_no_text_makes_the_reader_of_tables_raise(text: str) -> None:
    for document in parse_table(text, "participants/x.csv"):
        file, _ = read_document(ParticipantFile, document, bundled())
        assert file is None or isinstance(file, ParticipantFile)


def test_a_file_of_another_kind_is_told_not_read(tmp_path: Path) -> None:
    review = with_files(tmp_path, **{"participants__notes.xlsx": "x"})
    (found,) = [f for f in review.findings if f.code == "file-unreadable"]
    assert "files here end in .yaml or .csv" in found.message


def test_a_study_described_by_nobody_has_nobody(tmp_path: Path) -> None:
    files = {k: v for k, v in reviews.FILES.items() if not k.startswith("participants/")}
    review = load(tmp_path, files)
    assert not review.people
    assert review.recomputed == {}


def test_the_schema_knows_every_field_that_is_read() -> None:
    schema = schema_of("participants")
    assert set(schema["properties"]) >= {"study", "index", "participants"}
    person = schema["$defs"]["DescribedParticipant"]["properties"]
    assert set(person) >= {"cohort", "age", "sex", "reported", "values", "events"}
    value = schema["$defs"]["SerialValue"]
    assert value["required"] == ["marker"]
    assert "ferritin" in schema["$defs"]["word-marker"]["examples"]
