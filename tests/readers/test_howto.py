"""The page about patients' data shows what happens."""

from __future__ import annotations

import doctest
import re
from contextlib import chdir
from pathlib import Path

from paucity.record import field_docs
from paucity.response.readers import FORMS, read_mapping
from paucity.response.readers.mapping import MappingFile

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "patient-data.md"
BLOCK = re.compile(r"^```(?P<info>\S+(?: \w+)?)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def files(text: str, folder: Path) -> None:
    for match in BLOCK.finditer(text):
        caption, _, body = match["body"].partition("\n\n")
        if caption.startswith(":caption: "):
            name = caption.removeprefix(":caption: ").strip()
            (folder / name).write_text(body, encoding="utf-8")


def test_the_python_of_the_page_gives_what_it_shows(tmp_path: Path):
    text = PAGE.read_text(encoding="utf-8")
    files(text, tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    blocks = [m["body"] for m in BLOCK.finditer(text) if m["info"] == "python"]
    assert blocks
    with chdir(tmp_path):
        for body in blocks:
            test = doctest.DocTestParser().get_doctest(body, {}, PAGE.name, str(PAGE), 0)
            runner.run(test)
    assert runner.tries > 5
    assert runner.failures == 0


def test_the_mapping_files_of_the_page_have_no_faults(tmp_path: Path):
    files(PAGE.read_text(encoding="utf-8"), tmp_path)
    for name in ("codes.yaml", "hospital.yaml"):
        assert read_mapping(tmp_path / name)[1] == []


def test_every_format_and_field_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [form for form in FORMS if f"\n`{form}`\n:" not in text] == []
    assert [name for name in field_docs(MappingFile) if f"\n{name}:" not in text] == []
