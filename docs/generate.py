"""Write the pages that come from the code, and the outputs of the commands that pages show.

Run it after any change of a check, field, command, message or bundled file::

    .venv/bin/python docs/generate.py

A test fails while a committed page is not what this writes.
"""  # noqa: INP001

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))

import audit
import reference
import running

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent


def generated() -> Iterator[tuple[Path, str]]:
    """Yield every page that is made of code or data, as it should be."""
    for name, text in reference.reference():
        yield DOCS / "reference" / f"{name}.md", text
    yield DOCS / "audit.md", audit.page()


def main() -> None:
    """Write what differs, and say so; a page whose commands fail stays as it is."""
    failed = False
    for path, text in generated():
        _write(path, text)
    for path in running.pages():
        try:
            _write(path, running.with_outputs(path.read_text(encoding="utf-8")))
        except running.PageError as error:
            sys.stderr.write(f"{path.relative_to(DOCS.parent)}: {error}\n")
            failed = True
    sys.exit(failed)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
