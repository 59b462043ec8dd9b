"""Files mutated at random: loading never raises, and what it finds stands in a file that exists."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import paucity
from paucity.review import Review, bundled_review, load_review

BUNDLED = bundled_review("hlh-salvage")
PACKAGE = Path(paucity.__file__).parent
STUDIES = sorted(p.name for p in (BUNDLED / "studies").iterdir())

JUNK = (
    *("[", "]", "{", "}", ":", "- ", "? ", "\t", "\n", "\x00", "\x1b", '"', "'", "|", ">", "&a "),
    *("*a", "!!python/object:os.system ", "!t ", "%", "@", "#", "---\n", "...", "<<: ", "\u2028"),
    *("é", "\U0001f9ec", "\ufeff", "~", "null", "true", "no", "-5", "3.5", "1e999", ".inf", "0x1F"),
    *("999999999999", "10" * 20, "2001-01-01", "12:30:45", "=1+1", "<script>", "CR", "all", "²"),
)
VALUES = (
    *("", "~", "[]", "{}", "[[]]", "{a: {b: c}}", "[1, two, ~]", "0", "-1", "1", "113", "3.5"),
    *("999999999999", "1e999", ".nan", "true", "no", "40%", "100", "0.0", "CR", "{CR: 1}", "all"),
    *("[all, all]", "2 wk", "{minimum: 9 wk, values: [1 d]}", "{median: 3 d}", "etoposide", "DEP"),
    *("{agents: etoposide, patients: 0}", "courses", "{cohort: all, at_least: 9, at_most: 1}"),
)

place = st.floats(0, 1, exclude_max=True)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> bytes:
    """Draw a text with up to four faults, of letters, lines or values."""
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 6))
        lines = text.split("\n")
        i, j = (int(draw(place) * len(lines)) for _ in range(2))
        at = int(draw(place) * (len(text) + 1))
        if kind == 0:
            text = text[:at] + draw(st.sampled_from(JUNK)) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + draw(st.integers(1, 40)) :]
        elif kind == 2:
            text = "\n".join([*lines[:i], lines[j], *lines[i:]])
        elif kind == 3:
            lines[i], lines[j] = lines[j], lines[i]
            text = "\n".join(lines)
        elif kind == 4:
            lines[i] = draw(st.sampled_from(("", "  ", " "))) + lines[i].lstrip(" ")
            text = "\n".join(lines)
        elif ": " in lines[i]:  # the value of a field, wholly or from its last field on
            cut = lines[i].index(": ") if kind == 5 else lines[i].rindex(": ")
            lines[i] = lines[i][: cut + 2] + draw(st.sampled_from(VALUES))
            text = "\n".join(lines)
    data = bytearray(text.encode("utf-8"))
    if data and draw(st.integers(0, 7)) == 0:
        data[int(draw(place) * len(data))] ^= 1 << draw(st.integers(0, 7))
    return bytes(data)


@cache
def text_of(name: str) -> str:
    return (BUNDLED / name).read_text("utf-8")


def loaded(files: dict[str, bytes]) -> Review:
    """Load a folder of these files; check that each finding stands in a file that exists."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name, data in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(data)
        review = load_review(root)
        for finding in review.findings:
            # A definition or regimen of the library is named `library/...`.
            file = finding.span.file
            assert (root / file).exists() or (PACKAGE / file).exists(), finding
            assert finding.span.line >= 1
            assert finding.span.column >= 1
            if file in review.texts:
                assert finding.span.line <= review.texts[file].count("\n") + 1, finding
            assert finding.message
            assert str(finding.span)
        return review


def whole(name: str) -> bytes:
    return text_of(name).encode()


@pytest.mark.parametrize("name", STUDIES)
def test_a_mutated_study_gives_findings_and_no_traceback(name: str) -> None:
    other = "strout-2010.yaml" if name != "strout-2010.yaml" else "gerard-2012.yaml"
    files = {f: whole(f) for f in ("review.yaml", f"studies/{other}", "sources/marsh-2017.yaml")}

    @given(mutated(text_of(f"studies/{name}")))
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    def check(data: bytes) -> None:
        review = loaded(files | {f"studies/{name}": data})
        assert other.removesuffix(".yaml") in review.evidence.studies

    check()


@pytest.mark.parametrize("name", ["review.yaml", "sources/marsh-2017.yaml"])
@pytest.mark.parametrize("study", ["mahlaoui-2007", "wang-2015"])
def test_a_mutated_protocol_or_source_gives_findings_and_no_traceback(
    name: str, study: str
) -> None:
    names = ("review.yaml", f"studies/{study}.yaml", "sources/marsh-2017.yaml")
    files = {f: whole(f) for f in names}

    @given(mutated(text_of(name)))
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    def check(data: bytes) -> None:
        assert study in loaded(files | {name: data}).evidence.studies

    check()


WORDS = (
    *("prior", "includes", "is", "not", "and", "or", "(", ")", "corticosteroid", "etoposide"),
    *("patients", "courses", "CR", "PR", "assessed", ">=", "<", "==", "2", "0", "0.5", "50%"),
    *("14 d", "trigger", "malignancy", "status", "refractory", "agent", "line", "second", "year"),
    *("between", "within", "of", "at least", "all", "any", "+", "-", "*", "/", "event", "outcome"),
    *('"rabbit ATG"', '("infection")', '("relapse")', "before", "after", "time_on_prior", ","),
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join), st.text(max_size=9))
@settings(max_examples=120, deadline=None)
def test_any_words_as_criterion_and_claim_give_findings_and_no_traceback(
    words: str, more: str
) -> None:
    told, odd = json.dumps(words), json.dumps(words + more)
    protocol = f"""
title: Words
scale: {{CR: {{label: complete, responder: true}}, PR: partial, NR: none}}
criteria:
  main:
    cohort: {{one: {told}}}
    agent: {{two: {told}}}
  other: {{cohort: {{one: {odd}}}}}
claims:
  one: {{says: x, test: {told}, among: all}}
  two: {{says: x, test: CR > 0, about: {told}, among: all, each: true}}
"""
    loaded(
        {
            "review.yaml": protocol.encode(),
            "studies/wang-2015.yaml": whole("studies/wang-2015.yaml"),
        }
    )


@pytest.mark.parametrize("joint", ["+1", "-1", " and CR > 0", " or CR > 0", "*CR", "/CR"])
@pytest.mark.parametrize("times", [30, 100, 150, 200, 300, 400, 900])
def test_a_very_long_expression_is_judged_or_refused(joint: str, times: int) -> None:
    expression = ("CR > 0" if joint.startswith(" ") else "CR") + joint * times
    expression += "" if joint.startswith(" ") else " > 0"
    deep = "(" * times + "CR" + ")" * times + " > 0"
    none = "not " * times + "patients > 0"
    minus = "-" * times + "CR > 0"
    claims = "".join(
        f"  c{i}: {{says: x, among: all, test: {json.dumps(test)}}}\n"
        for i, test in enumerate((expression, deep, none, minus))
    )
    protocol = (
        f"title: Long\nscale: {{CR: complete}}\nclaims:\n{claims}"
        f"criteria: {{main: {{cohort: {{one: {json.dumps(none)}}}}}}}\n"
    )
    loaded(
        {
            "review.yaml": protocol.encode(),
            "studies/wang-2015.yaml": whole("studies/wang-2015.yaml"),
        }
    )
