"""The report in a real browser: accessible, quiet, no wider than a phone, and printable."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from paucity.report.site import write_report
from paucity.review import bundled_review, load_review
from report import hostile
from support.reviews import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write_report(load_review(bundled_review("hlh-salvage")), out)
    return out


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    write_report(load(tmp_path_factory.mktemp("review"), hostile.FILES), out)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    yield page
    context.close()


def leaves(report: Path) -> list[Path]:
    """Return the index and one page of each kind."""
    names = ("studies", "sources", "definitions", "regimens", "participants")
    found = [sorted((report / name).glob("*.html")) for name in names]
    return [report / "index.html", report / "review.html", *(f[-1] for f in found if f)]


def test_axe_finds_no_violation(report: Path, hostile_report: Path, page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    for path in (*leaves(report), hostile_report / "index.html"):
        page.goto(path.as_uri())
        results = axe.run(page)
        assert results.violations_count == 0, f"{path.name}: {results.generate_report()}"


def test_nothing_is_said_on_the_console(report: Path, hostile_report: Path, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("requestfailed", lambda request: said.append(request.url))
    for path in (*leaves(report), hostile_report / "index.html"):
        page.goto(path.as_uri())
    assert said == []


def test_only_files_of_the_folder_are_asked_for(report: Path, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((report / "index.html").as_uri())
    assert asked
    assert all(url.startswith(report.as_uri()) for url in asked)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(
    report: Path, hostile_report: Path, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in (*leaves(report), hostile_report / "index.html"):
        page.goto(path.as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path.name} is {wide} px wide"


def test_every_figure_is_shown(report: Path, page: Page) -> None:
    page.goto((report / "index.html").as_uri())
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.alt.length])")
    assert len(sizes) >= 3
    assert all(width > 0 and alt > 0 for width, alt in sizes)


def test_a_number_leads_to_its_line(report: Path, page: Page) -> None:
    page.goto((report / "index.html").as_uri())
    page.locator("#table-responses a", has_text="14").first.click()
    assert "#L" in page.url
    assert "14" in page.locator("li:target").inner_text()


def test_the_text_column_is_no_wider_than_is_read_with_ease(report: Path, page: Page) -> None:
    page.goto((report / "index.html").as_uri())
    paragraph = page.locator("#answer h3 ~ p").first
    width, size = paragraph.evaluate(
        "p => [p.getBoundingClientRect().width, parseFloat(getComputedStyle(p).fontSize)]"
    )
    assert width / size < 40  # ems; a serif letter takes a bit less than half of one


def test_the_report_prints(report: Path, page: Page, tmp_path: Path) -> None:
    page.goto((report / "index.html").as_uri())
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    data = (tmp_path / "report.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") > 3
    page.emulate_media(media="print")
    assert not page.locator("nav.contents").is_visible()
    assert page.locator(".notice").first.is_visible()
