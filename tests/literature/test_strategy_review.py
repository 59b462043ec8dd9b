"""Strategies in a review, and the commands that work on them."""

import json

import pytest
from click.testing import CliRunner

from paucity.cli import main
from paucity.literature import Record
from paucity.literature.strategy import Mesh, lint, parse_strategy
from paucity.literature.strategy.evaluate import matches
from paucity.literature.strategy.stated import read_stated
from paucity.review import bundled_review, load_review

RIS = """TY  - JOUR
TI  - Salvage alemtuzumab in HLH
PY  - 2013
LA  - eng
DO  - 10.1000/a
ER  -
TY  - JOUR
TI  - Etanercept in MAS
PY  - 1999
LA  - eng
DO  - 10.1000/b
ER  -
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "searches").mkdir()
    return tmp_path


def review(folder, text):
    (folder / "review.yaml").write_text(f"title: An example\n{text}", encoding="utf-8")
    return load_review(folder)


def places(review):
    return [(f.code, str(f.span), f.subject) for f in review.findings if "strategy" in f.code]


def call(*arguments, given=None):
    return CliRunner(env={"NO_COLOR": "1"}).invoke(
        main, list(map(str, arguments)), input=given, prog_name="paucity"
    )


# In a review


def test_a_finding_in_a_block_stands_at_its_line_and_column(folder):
    loaded = review(
        folder,
        "searches:\n"
        "  - database: PubMed\n"
        "    strategy: |\n"
        "      #1 hlh[tiab]\n"
        "      #2 mas[tibb]\n"
        "      #3 #1 OR #2\n",
    )
    assert places(loaded) == [("strategy-tag-unknown", "review.yaml:6:13", "searches/1")]


def test_a_finding_in_one_line_stands_there(folder):
    loaded = review(folder, "searches: [{database: PubMed, strategy: 'hlh[tiab] AND'}]\n")
    assert places(loaded) == [("strategy-operator-alone", "review.yaml:2:52", "searches/1")]


def test_a_strategy_can_stand_in_a_file(folder):
    (folder / "searches" / "pubmed.txt").write_text("hlh[tiab]\nAND mas[ti", encoding="utf-8")
    loaded = review(folder, "searches:\n  - {database: PubMed, strategy: searches/pubmed.txt}\n")
    assert places(loaded) == [("strategy-tag-open", "searches/pubmed.txt:2:8", "searches/1")]
    assert "searches/pubmed.txt" in loaded.texts


def test_a_file_that_is_not_there_or_leads_outside_is_told(folder):
    for name in ("searches/none.txt", "searches/../../etc.txt"):
        loaded = review(folder, f"searches: [{{database: PubMed, strategy: {name}}}]\n")
        assert "file-unreadable" in {f.code for f in loaded.findings}


def test_a_finding_can_be_accepted(folder):
    loaded = review(
        folder,
        "searches: [{database: PubMed, strategy: 'a[ti] or b[ti]'}]\n"
        "accepted: [{finding: strategy-operator-case, about: searches/1, reason: printed so}]\n",
    )
    assert [f.code for f, _ in loaded.accepted] == ["strategy-operator-case"]


def test_the_strategy_of_the_bundled_review_finds_what_its_source_describes():
    loaded = load_review(bundled_review("hlh-salvage"))
    stated, _ = read_stated(bundled_review("hlh-salvage"), loaded.protocol.searches, loaded.texts)
    (one,) = stated
    assert one.findings == ()
    assert loaded.protocol.searches[0].inferred

    def found(**values):
        return matches(one.strategy, Record(**{"languages": ("eng",), "year": 2000, **values}))

    agents = [word.name for word in loaded.protocol.searches[0].agents]
    assert len(agents) == 15
    assert all(found(title=f"HLH given {w.written}") for w in loaded.protocol.searches[0].agents)
    assert all(found(title=f"MAS: {word}") for word in ("therapy", "treatment", "salvage"))
    assert found(title="HLH in mice") is False
    assert found(title="Salvage therapy") is False
    assert found(title="HLH therapy", year=1999) is False
    assert found(title="HLH therapy", languages=("ger",)) is False


# Looking over


@pytest.mark.parametrize(
    "text",
    [
        "hlh[tiab] AND (salvage[tiab] OR refractory[tiab]) AND english[la] AND 2000:3000[dp]",
        "#1 hlh[tiab]\n#2 salvag*[tiab]\n#3 #1 AND #2 NOT (animals[mh] NOT humans[mh])",
        "1. exp Fever/\n2. (hip adj3 pain*).ti,ab,kf.\n3. 1 or 2",
    ],
)
def test_a_good_strategy_has_no_findings(text):
    assert lint(parse_strategy(text)) == []


def test_only_the_lines_the_result_rests_on_are_used():
    text = "#1 a[ti]\n#2 b[ti]\n#3 #1 AND #2\n#4 c[ti]\n#5 #3 NOT d[ti]"
    assert [(f.code, f.span.line) for f in lint(parse_strategy(text))] == [
        ("strategy-line-unused", 4)
    ]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("hlh[ti]\nOR tumo?r[tiab]", "strategy-wildcard-unknown", 2, 4),
        ("wom#n[tiab]", "strategy-wildcard-unknown", 1, 1),
        ("salvag$[tiab]", "strategy-wildcard-unknown", 1, 1),
        ("hlh[ti] AND fever.ti,ab.", "strategy-other-syntax", 1, 13),
        ("hlh[ti] AND (salvage adj3 therapy)", "strategy-other-syntax", 1, 14),
        ("hlh[ti] AND (salvage NEAR/3 therapy)", "strategy-other-syntax", 1, 14),
        ("hlh[ti] AND exp Fever/", "strategy-other-syntax", 1, 13),
        ("hlh:ti,ab AND mas[ti]", "strategy-other-syntax", 1, 1),
        ("hlh[ti] AND non–hodgkin[tiab]", "strategy-dash", 1, 13),
        ("hlh[ti] AND 2000–2016[dp]", "strategy-dash", 1, 13),
        ("#1 a[ti]\n#2 b[ti]\n#3 #1–#2", "strategy-dash", 3, 6),
        ("1. hlh–x.ti.", "strategy-dash", 1, 4),
        ("hlh[ti] AND ‘salvage therapy’", "strategy-single-quotes", 1, 13),
        ("hlh[ti] AND 'salvage therapy'[ti]", "strategy-single-quotes", 1, 13),
        ('"Fever, Unknown Origin"[tiab]', "strategy-heading-as-words", 1, 1),
        ("hlh[ti] AND neoplasm*[mh]", "strategy-heading-truncated", 1, 13),
        ("a[ti] OR b[ti] OR c", "strategy-tag-missing", 1, 19),
        ("a[ti] OR (first-line[ti] AND b[ti])", "strategy-hyphen", 1, 11),
        ("#1 a[ti]\n#2 b[ti]\n#3 #1 OR #2 OR #2", "strategy-line-named-twice", 3, 16),
        ("#1 a[ti]\n#2 b[ti]\n#3 #1 AND #2\n#4 #3 AND #1", "strategy-line-named-twice", 4, 11),
        ("hlh[ti] NOT animals", "strategy-animals", 1, 13),
        ("hlh[ti] NOT (animals[Filter])", "strategy-animals", 1, 14),
        ("hlh[ti] AND humans[Filter]", "strategy-humans", 1, 13),
    ],
)
def test_a_mistake_in_the_wording_is_found_at_its_place(text, code, line, column):
    found = [f for f in lint(parse_strategy(text)) if f.code == code]
    assert [(f.span.line, f.span.column) for f in found] == [(line, column)]
    assert found[0].message
    assert found[0].hint


@pytest.mark.parametrize(
    "text",
    [
        'first-line[tiab] OR "first line"[tiab]',
        "il-6[tiab] OR covid-19[tiab]",
        "near[ti] AND next[ti] AND pre[ti]",
        "O'Brien[au] AND 'omics[ti]",
        '"diagnosis, treatment and outcome"[tiab]',
        '"Lymphohistiocytosis, Hemophagocytic"[mh] OR "Fever, Relapsing"[tw]',
        "(a[ti] OR b) AND c[ti]",
        "hlh AND mas AND therapy",
        "hlh[ti] NOT (animals[mh] NOT humans[mh])",
        "hlh[ti] NOT (animals[filter] NOT humans[filter])",
        "#1 a[ti]\n#2 b[ti]\n#3 #1 OR #2\n#4 #3 AND (#1 OR c[ti])",
        "Patients with 5% loss[ti]",
        "what helps in HLH?",
        "1. (salvage adj3 therap$2).ti,ab.\n2. wom#n.ti.\n3. 1 and 2",
    ],
)
def test_what_is_well_written_gives_no_alarm(text):
    assert [f.code for f in lint(parse_strategy(text)) if f.code != "strategy-operator-case"] == []


def test_a_heading_known_from_a_descriptor_file_is_no_text_word():
    mesh = Mesh({"vitamin a deficiency": "x", "kala azar": "x"}, {}, ())
    text = '"kala, azar"[tiab] OR "Wuhan, China"[tiab]'
    found = [(f.code, f.span.column, f.severity) for f in lint(parse_strategy(text), "s", mesh)]
    assert found == [("strategy-heading-as-words", 1, "warning")]
    unsure = [(f.span.column, f.severity) for f in lint(parse_strategy(text), "s")]
    assert unsure == [(23, "note")]


# Commands


def test_lint_exits_with_one_where_something_is_wrong(tmp_path):
    path = tmp_path / "s.txt"
    path.write_text("hlh[tibb]", encoding="utf-8")
    done = call("strategy", "lint", path)
    assert done.exit_code == 1
    assert f"{path}:1:4: error [strategy-tag-unknown]" in done.output
    data = json.loads(call("strategy", "lint", path, "--format", "json").output)
    assert [f["code"] for f in data] == ["strategy-tag-unknown"]
    assert call("strategy", "lint", "-", given="hlh[tiab]").exit_code == 0


def test_translate_writes_the_text_alone_to_standard_output():
    done = call("strategy", "translate", "-", "--to", "ovid", given="fever[ti] AND 2000[edat]")
    assert done.exit_code == 0
    assert done.stdout == "fever.ti.\n"
    assert done.stderr.startswith("lost: ")


def test_explain_shows_the_order_of_operators():
    done = call("strategy", "explain", "-", given="a[ti] OR b[ti] AND c")
    assert "#1  (a[ti] OR b[ti]) AND c" in done.output
    assert "note: 1 untagged term (`c`)" in done.output


def test_run_counts_each_line_and_names_what_was_found(tmp_path):
    records = tmp_path / "r.ris"
    records.write_text(RIS, encoding="utf-8")
    text = "#1 hlh[ti] OR mas[ti]\n#2 #1 AND 2000:3000[dp] AND english[la]"
    done = call("strategy", "run", "-", records, given=text)
    assert done.exit_code == 0
    assert done.output.splitlines()[:3] == [
        "#1   2  hlh[ti] OR mas[ti]",
        "#2   1  #1 AND 2000:3000[dp] AND english[la]",
        "-: 1 of 2 records found",
    ]
    ids = call("strategy", "run", "-", records, "--ids", given=text)
    assert ids.output == "doi:10.1000/a\n"
    data = json.loads(call("strategy", "run", "-", records, "--format", "json", given=text).output)[
        0
    ]
    assert data["found"] == ["doi:10.1000/a"]
    assert [line["found"] for line in data["lines"]] == [2, 1]


def test_run_over_a_bundled_review(tmp_path):
    records = tmp_path / "r.ris"
    records.write_text(RIS, encoding="utf-8")
    done = call("strategy", "run", "hlh-salvage", records, "--ids")
    assert done.output == "doi:10.1000/a\n"  # the other is of 1999


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        (["lint", "no-such-thing"], None, "there is no folder"),
        (["explain", "-"], "", "there is no strategy to work on"),
        (["lint", "-"], b"\xff", "is not UTF-8"),
        (["run", "-", "{empty}"], "hlh", "no records could be read"),
        (["lint", "-", "--mesh", "{empty}"], "hlh", "no MeSH headings could be read"),
        (["lint", "{review}"], None, "states no strategy"),
        (["lint", "hlh-salvage", "--search", "9"], None, "no strategy for search 9"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, arguments, given, says):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "review.yaml").write_text("title: An example\n", encoding="utf-8")
    filled = [a.format(empty=tmp_path / "empty.txt", review=tmp_path) for a in arguments]
    done = call("strategy", *filled, given=given)
    assert done.exit_code == 2
    assert says in done.output
    assert isinstance(done.exception, SystemExit)
