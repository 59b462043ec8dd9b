"""The pages of a report: what each template is given."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from paucity.evidence.claims import Standing
from paucity.linked import prisma_flow
from paucity.report.agents import sections
from paucity.report.answer import answers
from paucity.report.checklists import CHECKLISTS
from paucity.report.comparison import compared
from paucity.report.definitions import section as definitions_section
from paucity.report.drawings import drawings_of
from paucity.report.flow import flow_of
from paucity.report.html import blocks_html, cell_html, is_wordy, table_html, table_id, typeset
from paucity.report.leaves import Leaves
from paucity.report.methods import criteria_text
from paucity.report.references import references, say_citation
from paucity.report.render import clean
from paucity.report.searches import searches_text
from paucity.report.sensitivity import sensitivity
from paucity.report.synthesis import section as synthesis_section
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from paucity.report.links import Links
    from paucity.report.table import Cell, Table
    from paucity.response.model import Definition
    from paucity.review import Review


@cache
def environment() -> Environment:
    """Return the templates' environment: everything printed is escaped unless it is markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        optimized=False,  # each template is compiled for one run: folding constants does not pay
    )


class Pages:
    """The pages of one review's report."""

    def __init__(
        self, review: Review, tables: tuple[Table, ...], texts: Mapping[str, str], links: Links
    ) -> None:
        self.review = review
        self.tables = {table.name: table for table in tables}
        self.texts = texts
        self.links = links
        self.answers = answers(review)
        self.drawings = drawings_of(review, self.answers)

    def index(self) -> str:
        """Return the report itself."""
        review = self.review
        return self._page(
            "report.html.j2",
            "index.html",
            title=review.protocol.title,
            protocol=review.protocol,
            answers=self.answers,
            compared=compared(review),
            sections=sections(review, self.answers, self.tables),
            flow=flow_of(review),
            prisma=prisma_flow(review.evidence, review.screening),
            sensitivity=sensitivity(review),
            synthesis=synthesis_section(review),
            defined=definitions_section(review),
            tables=self.tables,
            rest=self._unplaced(),
            faults=grouped(review, ((f, a) for f, a in review.accepted)),
            findings=grouped(review, ((f, None) for f in review.findings)),
            severities=_severities(review.findings),
            standings=self._standings(),
            searches=searches_text(review),
            criteria=criteria_text(review),
            definitions=self._used_definitions(),
            references=references(review),
        )

    def _unplaced(self) -> tuple[Table, ...]:
        """Return the tables that no section of the report has a place for."""
        return tuple(t for name, t in self.tables.items() if name not in _PLACED)

    def _standings(self) -> dict[str, int]:
        held = [v.standing for v in self.review.claims]
        order = (Standing.SUPPORTED, Standing.CONTRADICTED, Standing.UNDECIDABLE)
        return {standing.value: held.count(standing) for standing in order}

    def _used_definitions(self) -> list[tuple[str, Definition]]:
        used = {r.definition for s in self.review.evidence.studies.values() for r in s.responses}
        return [(name, d) for name, d in self.review.definitions.items() if name in used]

    def source_pages(self) -> dict[str, str]:
        """Return a page for every file of the review and the library's files it uses."""
        leaves = Leaves(self.review, self.texts, self.drawings)
        return {
            page: self._page("source.html.j2", page, **leaves.given(file))
            for file, page in self.links.pages.items()
        }

    def checklists(self) -> str:
        """Return the page of the reporting checklists."""
        held = [self.tables[name] for name in CHECKLISTS if name in self.tables]
        page = "checklists.html"
        return self._page("checklists.html.j2", page, title="Reporting checklists", checklists=held)

    # -- rendering -----------------------------------------------------------------------------

    def _page(self, template: str, page: str, **given: Any) -> str:
        links = self.links.on(page)
        helpers = Helpers(links)
        return (
            environment()
            .get_template(template)
            .render(
                review=self.review,
                drawings=self.drawings,
                page=page,
                links=links,
                table=helpers.table,
                blocks=helpers.blocks,
                is_wordy=is_wordy,
                typeset=typeset,
                ref=helpers.ref,
                place=helpers.place,
                number=helpers.number,
                words=words,
                table_id=table_id,
                slug=slug,
                say_citation=say_citation,
                **given,
            )
        )


_PLACED = frozenset(
    ("genes", "established", "definitions", "responses", "toxicity", "outcomes", "totals",
     "agents", "eligibility", "claims", "ongoing", "regimens", "gaps", "synthesis", "sensitivity",
      "contrasts", "robustness", "certainty", "quality", "matrix", "comparison", "differences",
      "thresholds", "unstated", "participants", "recomputed", "rates", "agreement", "flow",
      "screening", "decisions", "screening-agreement", "excluded-reports", *CHECKLISTS)
)  # fmt: skip


class Helpers:
    """What the templates of one page call: links, tables, numbers of tables and figures."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.counts: dict[str, int] = {}

    def number(self, kind: str) -> int:
        """Return the next number of a kind: Table 1, Figure 2."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]

    def table(self, table: Table, *, numbered: bool = True) -> Markup:
        """Return a table as HTML, with the page's next number."""
        number = self.number("Table") if numbered else None
        return table_html(table, self.links, number=number)

    def blocks(self, table: Table) -> Markup:
        """Return a table of long texts as a list."""
        return blocks_html(table, self.links)

    def ref(self, cell: Cell) -> Markup:
        """Return a cell's text as a link to its line, if a page shows it."""
        return cell_html(cell, self.links, {}, "", plain=True)

    def place(self, span: Span) -> Markup:
        """Return a place in the review's text, as a link to it."""
        text = f"{span.file}:{span.line}"
        href = self.links.to(span)
        return Markup('<a href="{}">{}</a>').format(href, text) if href else escape(text)


def slug(text: str) -> str:
    """Return an identifier for a page's address.

    >>> slug("ATG (rabbit)")
    'atg-rabbit'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def words(text: str) -> Markup:
    """Return a sentence with what stands between backticks marked as code.

    >>> words("`a<b` is none")
    Markup('<code>a&lt;b</code> is none')
    """
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        return escape(clean(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part)
        for i, part in enumerate(parts)
    )


def grouped(review: Review, found: Iterable[tuple[Finding, Any]]) -> dict[str, list[Any]]:
    """Return findings with their acceptances by what they are about: a study, or a file."""
    names = {s.marks.file: s.name for s in review.evidence.studies.values()}
    names |= {d.marks.file: d.label or d.name for d in review.definitions.values()}
    names |= {r.marks.file: r.label or r.name for r in review.regimens.values()}
    out: dict[str, list[Any]] = {}
    for finding, entry in sorted(found, key=lambda pair: _rank(pair[0].span.file)):
        file = finding.span.file
        name = "The review itself" if file == "review.yaml" else names.get(file, file)
        out.setdefault(clean(name), []).append((finding, entry))
    return out


_ORDER = ("studies/", "review.yaml", "sources/")


def _rank(file: str) -> int:
    """Return the place of a file among others: studies, the review, documents, the rest."""
    return next((i for i, start in enumerate(_ORDER) if file.startswith(start)), len(_ORDER))


def _severities(findings: Iterable[Finding]) -> dict[str, int]:
    held = [finding.severity for finding in findings]
    return {severity.value: held.count(severity) for severity in Severity}
