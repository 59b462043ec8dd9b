"""Pages written by hand: what they show is what happens."""

import re
from pathlib import Path
from tempfile import gettempdir

import pytest
import running
import yaml
from jsonschema import Draft202012Validator

from paucity.review import load_review
from paucity.schemas import schema_of
from paucity.text import Severity

# ibis calls a method of DuckDB that DuckDB 2 renames
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

PAGES = running.pages()
FRAGMENTS = [
    pytest.param(page, text, id=f"{page.stem}-{i}")
    for page in PAGES
    for i, text in enumerate(running.fragments(page.read_text(encoding="utf-8")))
]
# Findings that a part of a file may have because the rest of it is not shown.
OF_THE_REST = ("dangling-", "claim-", "accepted-nothing", "criterion-", "reference-list")


def names(path):
    return str(path.relative_to(running.DOCS))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_the_outputs_a_page_shows_are_those_its_commands_give(page):
    text = page.read_text(encoding="utf-8")
    assert running.with_outputs(text) == text


@pytest.mark.parametrize(("page", "text"), FRAGMENTS)
def test_every_part_of_a_file_that_a_page_shows_can_be_read(page, text, tmp_path):
    name = text.splitlines()[0].removeprefix("# ")
    assert (tmp_path / name).suffix == ".yaml", "the first line names the file"
    shown = yaml.safe_load(text)
    if name.startswith("studies/") and "citation" not in shown:
        text += "citation: {}\n"
    if name == "review.yaml" and "title" not in shown:
        text += "title: An example\n"
    (tmp_path / "review.yaml").write_text("title: An example\n", encoding="utf-8")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = [
        str(f)
        for f in load_review(tmp_path).findings
        if f.severity is Severity.ERROR and not f.code.startswith(OF_THE_REST)
    ]
    assert found == []


KINDS = {
    "review.yaml": "review",
    "studies": "study",
    "sources": "source",
    "definitions": "definition",
    "regimens": "regimen",
    "participants": "participants",
}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_an_editor_finds_nothing_wrong_in_what_a_page_shows(page):
    text = page.read_text(encoding="utf-8")
    shown = [(name.partition("/")[2], body) for name, body in running.captioned(text)]
    shown += [(t.splitlines()[0].removeprefix("# "), t) for t in running.fragments(text)]
    for name, body in shown:
        kind = KINDS.get(name.partition("/")[0])
        if kind is not None:
            schema = {k: v for k, v in schema_of(kind).items() if k != "required"}
            errors = Draft202012Validator(schema).iter_errors(yaml.safe_load(body))
            assert [e.message for e in errors] == [], name


def test_the_tutorial_makes_a_review_with_nothing_left_open():
    text = next(p for p in PAGES if p.stem == "tutorial").read_text(encoding="utf-8")
    last_check = text.rpartition("$ paucity build evans\n")[2]
    assert "Findings: " in last_check
    assert "$ echo $?\n0\n" in last_check


def test_no_page_names_a_place_on_a_machine():
    for page in [*PAGES, *(running.DOCS / "reference").glob("*.md")]:
        text = page.read_text(encoding="utf-8")
        places = (str(running.DOCS.parent), str(Path.home()), gettempdir())
        assert not [place for place in places if place in text], page


def test_every_link_between_pages_leads_to_a_heading():
    headings = {
        path.resolve(): {
            line.lstrip("#").strip().casefold().replace(" ", "-")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("#")
        }
        for path in running.DOCS.rglob("*.md")
    }
    for path in headings:
        for target, anchor in re.findall(
            r"\]\(([\w./-]+\.md)#([\w-]+)\)", path.read_text(encoding="utf-8")
        ):
            assert anchor in headings[(path.parent / target).resolve()], (path.name, target, anchor)
