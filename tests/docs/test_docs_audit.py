"""The audit of the bundled review's source is computed as its page says."""

import audit
import checking


def test_everything_the_audit_says_is_computed_is_computed():
    assert audit.missing() == []


def test_every_row_is_there_and_says_what_computes_it_or_why_nothing_can():
    wanted = {"A": 11, "B": 11, "C": 21, "D": 8, "E": 7, "F": 14}
    names = [f"{part}{i}" for part, count in wanted.items() for i in range(1, count + 1)]
    assert list(audit.rows()) == names
    for row, told in audit.rows().items():
        computed = any(
            told.get(key) for key in ("finds", "claims", "excluded", "leaves", "recomputed")
        )
        assert computed or told.get("why"), row


def test_the_audit_names_codes_that_are_documented():
    known = {check.code for check in checking.checks()} | set(checking.readings())
    named = {key.split(" ")[0] for told in audit.rows().values() for key in told.get("finds", ())}
    assert named <= known


def test_a_finding_the_bundled_review_does_not_make_would_be_noticed(monkeypatch):
    rows = {"A1": {"severity": "H", "says": "x", "finds": ["percent-base nobody/at-all"]}}
    monkeypatch.setattr(audit, "rows", lambda: rows)
    assert audit.missing() == ["A1: percent-base nobody/at-all"]


def test_a_level_that_is_not_the_recomputed_one_would_be_noticed(monkeypatch):
    rows = {"C20": {"recomputed": {"gerard-2012/patient": {"marsh-2013": "PR", "nobody": "CR"}}}}
    monkeypatch.setattr(audit, "rows", lambda: rows)
    assert audit.missing() == [
        "C20: gerard-2012/patient is PR or NR by marsh-2013",
        "C20: gerard-2012/patient is not computed by nobody",
    ]
