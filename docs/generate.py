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
    """Yield every page as it should be."""
    for name, text in reference.reference():
        yield DOCS / "reference" / f"{name}.md", text
    yield DOCS / "audit.md", audit.page()
    for path in running.pages():
        yield path, running.with_outputs(path.read_text(encoding="utf-8"))


def main() -> None:
    """Write what differs, and say so."""
    for path, text in generated():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
