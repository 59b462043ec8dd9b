"""Where in the report a line of the review's text is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from posixpath import dirname, relpath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from paucity.text import Span


@dataclass(frozen=True, slots=True)
class Links:
    """The pages of a report, as seen from one of them.

    Attributes:
        pages: path of the page that shows a file, by the file's name in the review.
        lengths: number of lines of each file.
        page: the page that links are written on.
    """

    pages: Mapping[str, str]
    lengths: Mapping[str, int]
    page: str = "index.html"

    def on(self, page: str) -> Links:
        """Return the same links as written on another page."""
        return replace(self, page=page)

    def to_page(self, page: str, anchor: str = "") -> str:
        """Return the address of a page of the report.

        >>> Links({}, {}, "studies/a.html").to_page("index.html", "answer")
        '../index.html#answer'
        """
        path = _path(page, dirname(self.page) or ".")
        if page == self.page and anchor:
            path = ""
        return f"{path}#{quote(anchor)}" if anchor else path

    def to(self, span: Span | None) -> str:
        """Return the address of a line of the review's text; empty if no page shows it.

        >>> from paucity.text import Span
        >>> pages, lengths = {"studies/a.yaml": "studies/a.html"}, {"studies/a.yaml": 20}
        >>> Links(pages, lengths).to(Span("studies/a.yaml", 12, 4))
        'studies/a.html#L12'
        """
        if span is None or span.file not in self.pages:
            return ""
        line = max(1, min(span.line, self.lengths.get(span.file, span.line)))
        return self.to_page(self.pages[span.file], f"L{line}")


@lru_cache(maxsize=4096)
def _path(page: str, start: str) -> str:
    return quote(relpath(page, start))


def pages_for(files: Iterable[str]) -> dict[str, str]:
    """Return a page for every file of the review or of the library, no two the same.

    >>> list(pages_for(["review.yaml", "studies/a.yaml", "studies/a.yml"]).values())
    ['review.html', 'studies/a.html', 'studies/a.yml.html']
    """
    pages: dict[str, str] = {}
    taken = {"index.html", "checklists.html"}
    for file in sorted(files):
        name = file.removeprefix("library/")
        page = f"{name.rsplit('.', 1)[0] if '.' in name.rsplit('/', 1)[-1] else name}.html"
        if page.casefold() in taken:
            page = f"{file}.html"
        taken.add(page.casefold())
        pages[file] = page
    return pages
