"""Read the pages of a report: their elements, links and anchors."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Page(HTMLParser):
    """What one page holds."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def ids(self) -> list[str]:
        """Return every identifier."""
        return [a["id"] for _, a in self.tags if "id" in a]

    @property
    def links(self) -> list[str]:
        """Return every address the page refers to."""
        return [a[k] for _, a in self.tags for k in ("href", "src") if k in a]


def read(text: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(text)
    page.close()
    return page


def read_folder(out: Path) -> dict[Path, Page]:
    """Read every page below a folder."""
    return {p: read(p.read_text(encoding="utf-8")) for p in sorted(out.rglob("*.html"))}


def dead_links(out: Path) -> list[str]:
    """Return every address that leads to no file or anchor inside the folder."""
    pages = read_folder(out)
    anchors = {path.resolve(): set(page.ids) for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            inside = not parts.scheme and target.is_relative_to(out.resolve()) and target.is_file()
            found = not parts.fragment or unquote(parts.fragment) in anchors.get(target, set())
            if not inside or not found:
                dead.append(f"{path.relative_to(out)}: {link}")
    return dead
