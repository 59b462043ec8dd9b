"""The patients whom the bundled review's source describes, as printed, and recomputed.

Values are those of the review (doi 10.1002/pbc.26308), sections 3.2.1 and 3.2.3, Tables 3 and 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from paucity.cli import main
from paucity.participants.model import say_value
from paucity.participants.tell import tell
from paucity.review import Review, bundled_review, load_review

if TYPE_CHECKING:
    from paucity.response.evaluate import Outcome

GERARD, STROUT, BEHRENS = (
    f"{study}/patient" for study in ("gerard-2012", "strout-2010", "behrens-2006")
)


@pytest.fixture(scope="module")
def review() -> Review:
    return load_review(bundled_review("hlh-salvage"))


def outcome(review: Review, participant: str, definition: str) -> Outcome:
    found = review.recomputed[definition].outcomes
    return next(o for o in found if o.participant == participant)


def test_gerard_is_encoded_as_printed(review: Review) -> None:
    # Section 3.2.3: neutrophils normal within 1 week; by 2 weeks platelets 50 x 10^9/l and ferritin
    # from 4,756 to 1,500 ug/l. Table 3: less hemophagocytosis in marrow samples.
    told = [
        (v.marker.name, str(v.day or ""), say_value(v))
        for v in review.people.participants[GERARD].values
    ]
    assert told[:4] == [
        ("ferritin", "baseline", "4756 ug/l"),
        ("ferritin", "by 2 wk", "1500 ug/l"),
        ("absolute neutrophil count", "by 1 wk", "normal"),
        ("platelets", "by 2 wk", "50 10^9/l"),
    ]


def test_every_value_of_the_source_has_its_place(review: Review) -> None:
    for person in review.people.participants.values():
        for value in person.values:
            source = value.source or person.source
            assert source is not None
            assert source.at in {"3.2.1", "3.2.3", "Table 3"}


@pytest.mark.parametrize("definition", ["marsh-2013", "marsh-2013-emended"])
def test_gerards_partial_response_cannot_be_proven_by_the_rule_of_marsh(
    review: Review, definition: str
) -> None:
    # Audit C20: (1500 - 4756) / 4756 is -68.5%, past -25%; one marker is not two.
    found = outcome(review, GERARD, definition)
    assert found.result == "PR or NR"
    improved = [s.marker for s in found.markers if s.truths["improved"] is True]
    assert improved == ["ferritin"]
    assert set(found.deciding) == {
        "soluble IL-2 receptor",
        "triglycerides",
        "absolute neutrophil count",
        "alanine aminotransferase",
        "hemophagocytosis",
        "level of consciousness",
    }


def test_what_is_told_of_gerards_ferritin(review: Review) -> None:
    told = tell(review.people, review.recomputed["marsh-2013"], GERARD)
    (ferritin,) = [m for m in told.markers if m.state == "improved"]
    assert ferritin.text == (
        "ferritin: 4756 ug/l (baseline), then 1500 ug/l (by 2 wk), down by 68.5%: improved"
    )
    assert ferritin.span is not None
    line = review.texts[ferritin.span.file].splitlines()[ferritin.span.line - 1]
    assert line.strip() == "value: 1500"


def test_platelets_of_50_are_no_resolution_by_hlh_2004(review: Review) -> None:
    # The abstract of Miettunen 2011 asks for platelets of 100 x 10^9/l at least.
    assert outcome(review, GERARD, "miettunen-2011-hlh2004").result == "none of the levels"


def test_strouts_fever_is_one_marker_of_the_two_that_wang_asks_for(review: Review) -> None:
    found = outcome(review, STROUT, "wang-2015")
    assert found.result == "PR or NR"  # platelets are below normal, so not CR
    assert [s.marker for s in found.markers if s.truths.get("improved")] == ["fever"]


def test_behrens_improvement_proves_no_level_of_any_rule(review: Review) -> None:
    # Audit E4: improvement, without values, reported as a complete response.
    for definition in ("marsh-2013", "wang-2015"):
        assert outcome(review, BEHRENS, definition).result == "CR or PR or NR"


def test_reported_levels_are_never_overwritten(review: Review) -> None:
    reported = {key: [r.level for r in p.reported] for key, p in review.people.participants.items()}
    assert reported == {GERARD: ["PR"], STROUT: ["PR"], BEHRENS: ["CR"]}
    counts = review.evidence.studies["gerard-2012"].responses[0].counts
    assert dict(counts) == {"PR": 1}


def test_nothing_serious_is_found_in_the_participants(review: Review) -> None:
    everything = [*review.findings, *(f for f, _ in review.accepted)]
    assert [f for f in everything if f.span.file.startswith("participants/")] == []


def test_explain_gives_the_trace_with_the_lines() -> None:
    done = CliRunner().invoke(main, ["explain", GERARD, "hlh-salvage"])
    assert done.exit_code == 0
    assert (
        "Reported: PR by gerard-2012, in words only  participants/gerard-2012.yaml:" in done.output
    )
    assert "marsh-2013: PR or NR" in done.output
    assert "down by 68.5%: improved  participants/gerard-2012.yaml:" in done.output
    assert "2 of 7 improved needed, 1 to 7 found: possible" in done.output


def test_explain_as_json_and_of_a_study_as_before() -> None:
    import json

    done = CliRunner().invoke(main, ["explain", GERARD, "hlh-salvage", "--format", "json"])
    data = json.loads(done.output)
    by = {r["definition"]: r["result"] for r in data["recomputed"]}
    assert by["marsh-2013"] == "PR or NR"
    assert data["reported"][0]["level"] == "PR"
    study = CliRunner().invoke(main, ["explain", "gerard-2012", "hlh-salvage"])
    assert study.output.startswith("Criteria:")


def test_explain_of_nobody_is_one_clear_line() -> None:
    done = CliRunner().invoke(main, ["explain", "gerard-2012/patien", "hlh-salvage"])
    assert done.exit_code == 2
    assert "did you mean `gerard-2012/patient`?" in done.output


def test_schema_of_participants_is_printed() -> None:
    done = CliRunner().invoke(main, ["schema", "participants"])
    assert done.exit_code == 0
    assert '"title": "participants of a study, one by one: participants/*.yaml"' in done.output
