"""Run what a page shows: write its files, run its commands, and put the real output in place.

A page's files are fenced blocks with a caption, its commands are in ``console`` blocks:

- a ``code-block`` with ``:caption: evans/studies/alder-2012.yaml`` is written as that file;
- one in ``diff`` changes that file: lines with ``-`` go, lines with ``+`` come; if all have ``+``
  they come at the end;
- ``$ paucity ...`` is run, in the folder where the files were written;
- ``$ python FILE`` runs a file that the page shows;
- ``$ rm ...`` removes files, ``$ ls FOLDER`` lists a folder, ``$ cat FILE`` shows a file,
  ``$ echo $?`` prints the last exit code;
- what stands below a command is its output.

Every page starts in an empty folder.
"""  # noqa: INP001

from __future__ import annotations

import re
import shlex
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from runpy import run_path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from click.testing import CliRunner

from paucity.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent
FENCE = re.compile(
    r"^(?P<open>`{3,})(?P<info>\{code-block\} \w+|\w+)\n(?P<body>.*?)^(?P=open)$",
    re.MULTILINE | re.DOTALL,
)
_CAPTION = re.compile(r":caption: (\S+)\n+")
_WIDTH = "100"


class PageError(Exception):
    """A page that cannot be run."""


def pages() -> list[Path]:
    """Return the pages written by hand, in order of their names."""
    return sorted(
        p
        for p in DOCS.rglob("*.md")
        if "reference" not in p.parts and "_build" not in p.parts and p.name != "audit.md"
    )


def captioned(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file a page shows."""
    for match in FENCE.finditer(text):
        caption = _CAPTION.match(match["body"])
        if match["info"] == "{code-block} yaml" and caption:
            yield caption[1], match["body"][caption.end() :]


def fragments(text: str) -> Iterator[str]:
    """Yield the YAML that is shown without being written to a file."""
    for match in FENCE.finditer(text):
        if match["info"] == "yaml":
            yield match["body"]


def with_outputs(text: str) -> str:
    """Return a page with the output that its commands really give."""
    with TemporaryDirectory() as folder, chdir(folder):
        shell = _Shell()
        return FENCE.sub(shell.block, text)


class _Shell:
    """The few commands a page uses, one after another in one folder."""

    def __init__(self) -> None:
        self.code = 0
        unset = dict.fromkeys(("PAUCITY_EMAIL", "NCBI_API_KEY", "OPENALEX_API_KEY"))
        self.runner = CliRunner(env={**unset, "COLUMNS": _WIDTH, "NO_COLOR": "1"})

    def block(self, match: re.Match[str]) -> str:
        body = match["body"]
        caption = _CAPTION.match(body)
        if match["info"].startswith("{code-block}") and caption:
            path = Path(caption[1])
            path.parent.mkdir(parents=True, exist_ok=True)
            text = body[caption.end() :]
            if match["info"].endswith(" diff"):
                text = _changed(path.read_text(encoding="utf-8"), text, caption[1])
            path.write_text(text, encoding="utf-8")
        if match["info"] != "console":
            return match[0]
        told = "".join(self.told(line[2:]) for line in body.splitlines() if line.startswith("$ "))
        return f"{match['open']}console\n{told}{match['open']}"

    def told(self, command: str) -> str:
        output = "\n".join(line.rstrip() for line in self.run(command).splitlines())
        return f"$ {command}\n" + (f"{output}\n" if output else "")

    def run(self, command: str) -> str:
        name, *arguments = shlex.split(command)
        if name == "paucity":
            result = self.runner.invoke(main, arguments, prog_name="paucity")
            if result.exception and not isinstance(result.exception, SystemExit):
                raise PageError(f"{command}: {result.exception!r}") from result.exception
            self.code = result.exit_code
            return result.output
        if name == "python" and len(arguments) == 1:
            return _printed(arguments[0])
        if command == "echo $?":
            return str(self.code)
        if name == "rm":
            for argument in arguments:
                Path(argument).unlink()
            return ""
        if name == "ls" and len(arguments) == 1:
            return "\n".join(sorted(p.name for p in Path(arguments[0]).iterdir()))
        if name == "cat" and len(arguments) == 1:
            return Path(arguments[0]).read_text(encoding="utf-8")
        raise PageError(f"a page cannot run `{command}`")


def _printed(file: str) -> str:
    """Run a Python file of the page and return what it prints."""
    output = StringIO()
    with redirect_stdout(output):
        run_path(file, run_name="__main__")
    return output.getvalue()


def _changed(text: str, change: str, name: str) -> str:
    """Return a file's text with the lines of a change put in place."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    if not before:
        return text + after
    if text.count(before) != 1:
        raise PageError(f"{name}: the lines to change stand there {text.count(before)} times")
    return text.replace(before, after)
