"""Faults of a source that a reviewer accepts, and faults that nobody can accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.reviews import PROTOCOL, files_of, findings, load

if TYPE_CHECKING:
    from pathlib import Path

    from paucity.review import Review

SHORT = """
source: Table 2
cohorts:
  all: {patients: 113}
  some: {part_of: all, patients: 9}
therapies: {x: {agent: HLH-94}}
responses:
  - {cohort: all, therapy: x, counts: {CR: 56, PR: 34, NR: 4, died: 12}}
  - {cohort: some, therapy: x, counts: {CR: 8}}
events:
  - {cohort: all, event: fever, count: 114}
"""


def review(tmp_path: Path, accepted: str, protocol: str = "") -> Review:
    return load(tmp_path, files_of(f"{SHORT}accepted:\n{accepted}", PROTOCOL + protocol))


def accepted_subjects(found: Review, code: str = "counts-short") -> list[str]:
    return [f.subject for f, _ in found.accepted if f.code == code]


def open_subjects(found: Review, code: str = "counts-short") -> list[str]:
    return [f.subject for f in findings(found, code)]


def test_an_acceptance_without_a_subject_speaks_for_its_file(tmp_path: Path) -> None:
    found = review(tmp_path, "  - {finding: counts-short, reason: as printed}\n")
    assert accepted_subjects(found) == ["doe-2001/all", "doe-2001/some"]
    assert open_subjects(found) == []
    assert {entry.reason for _, entry in found.accepted} == {"as printed"}


def test_an_acceptance_with_a_subject_speaks_for_that_subject_alone(tmp_path: Path) -> None:
    entry = "  - {finding: counts-short, about: doe-2001/all, reason: as printed}\n"
    found = review(tmp_path, entry)
    assert accepted_subjects(found) == ["doe-2001/all"]
    assert open_subjects(found) == ["doe-2001/some"]


def test_an_acceptance_of_a_cohort_speaks_for_what_stands_under_it(tmp_path: Path) -> None:
    entry = "  - {finding: counts-exceed, about: doe-2001/all, reason: as printed}\n"
    assert accepted_subjects(review(tmp_path, entry), "counts-exceed") == ["doe-2001/all/fever"]


def test_an_acceptance_of_a_name_does_not_speak_for_longer_names(tmp_path: Path) -> None:
    entry = "  - {finding: counts-short, about: doe-2001/al, reason: as printed}\n"
    found = review(tmp_path, entry)
    assert open_subjects(found) == ["doe-2001/all", "doe-2001/some"]
    assert [f.subject for f in findings(found, "accepted-nothing")] == ["counts-short/doe-2001/al"]


def test_an_acceptance_does_not_speak_for_another_file(tmp_path: Path) -> None:
    protocol = "accepted:\n  - {finding: counts-short, reason: as printed}\n"
    found = review(tmp_path, "  - {finding: counts-exceed, reason: as printed}\n", protocol)
    assert len(open_subjects(found)) == 2
    assert [f.span.file for f in findings(found, "accepted-nothing")] == ["review.yaml"]


def test_the_protocol_accepts_a_finding_of_a_study_by_its_subject(tmp_path: Path) -> None:
    protocol = "accepted:\n  - {finding: counts-short, about: doe-2001, reason: as printed}\n"
    found = review(tmp_path, "  - {finding: counts-exceed, reason: as printed}\n", protocol)
    assert open_subjects(found) == []
    assert findings(found, "accepted-nothing") == []


def test_two_acceptances_of_one_finding_are_both_in_use(tmp_path: Path) -> None:
    found = review(
        tmp_path,
        "  - {finding: counts-short, reason: as printed}\n"
        "  - {finding: counts-short, about: doe-2001/all, reason: as printed}\n",
    )
    assert findings(found, "accepted-nothing") == []
    assert len(accepted_subjects(found)) == 2


def test_a_finding_is_open_or_accepted_never_both(tmp_path: Path) -> None:
    found = review(tmp_path, "  - {finding: counts-short, about: doe-2001/all, reason: x}\n")
    assert not {f for f, _ in found.accepted} & set(found.findings)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("yeer: 2001\n", "unknown-field"), ("source: Table 3\n", "duplicate-key")],
)
def test_a_fault_of_the_reviews_own_text_cannot_be_accepted(
    fault: str, code: str, tmp_path: Path
) -> None:
    entry = f"accepted:\n  - {{finding: {code}, reason: never mind}}\n"
    found = load(tmp_path, files_of(SHORT + fault + entry))
    assert findings(found, code)
    (stale,) = findings(found, "accepted-nothing")
    assert "is a fault of this review's text, not of a source" in stale.message


def test_an_acceptance_needs_its_reason(tmp_path: Path) -> None:
    found = review(tmp_path, "  - {finding: counts-short}\n")
    assert "`reason` is missing" in findings(found, "missing-field")[0].message
    assert len(open_subjects(found)) == 2
