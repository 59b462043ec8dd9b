"""The pages of a report: what each template is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from paucity.dosing.english import describe_regimen, say_bounds
from paucity.dosing.schedule import assumptions, cumulative
from paucity.evidence.claims import Standing
from paucity.report.agents import sections
from paucity.report.answer import Answer, answers
from paucity.report.drawings import drawings_of
from paucity.report.flow import flow_of
from paucity.report.html import cell_html, table_html, table_id
from paucity.report.links import Links
from paucity.report.methods import criteria_text, search_sentences
from paucity.report.references import references, say_citation
from paucity.report.render import clean
from paucity.report.sensitivity import sensitivity
from paucity.report.table import Cell, Table
from paucity.response.english import say_definition
from paucity.text import Finding, Severity, Span

if TYPE_CHECKING:
    from jinja2 import Environment

    from paucity.evidence.model import Study
    from paucity.review import Review

_KEY = re.compile(r"^(\s*(?:- )*)([^\s#:'\"{}\[\],&*][^:#'\"{}\[\]]*)(:)(?=\s|$)")


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
            compared=compared(self.answers),
            sections=sections(review, self.answers, self.tables),
            flow=flow_of(review),
            sensitivity=sensitivity(review),
            tables=self.tables,
            rest=self._unplaced(),
            faults=grouped(review, ((f, a) for f, a in review.accepted)),
            findings=grouped(review, ((f, None) for f in review.findings)),
            severities=_severities(review.findings),
            standings=self._standings(),
            searches=[tuple(search_sentences(s)) for s in review.protocol.searches],
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

    def _used_definitions(self) -> list[tuple[str, Any]]:
        used = {r.definition for s in self.review.evidence.studies.values() for r in s.responses}
        return [(name, d) for name, d in self.review.definitions.items() if name in used]

    # -- one page for every file of the review -------------------------------------------------

    def source_pages(self) -> dict[str, str]:
        """Return a page for every file of the review and the library's files it uses."""
        return {page: self._source_page(file, page) for file, page in self.links.pages.items()}

    def _source_page(self, file: str, page: str) -> str:
        review = self.review
        held: dict[str, Any] = {"study": None, "source": None, "definition": None, "regimen": None}
        for kind, records in (
            ("study", review.evidence.studies),
            ("source", review.evidence.sources),
            ("definition", review.definitions),
            ("regimen", review.regimens),
        ):
            held[kind] = next((r for r in records.values() if r.marks.file == file), None)
        found = [f for f in review.findings if f.span.file == file]
        accepted = [(f, a) for f, a in review.accepted if f.span.file == file]
        flagged = {f.span.line for f in (*found, *(f for f, _ in accepted))}
        return self._page(
            "source.html.j2",
            page,
            title=self._name(file, held),
            file=file,
            lines=source_lines(self.texts[file], flagged),
            findings=found,
            accepted=accepted,
            eligibility=self._judged(held["study"]),
            used_by=self._used_by(file, held),
            drawing=self._drawing(held["regimen"]),
            statements=say_definition(held["definition"]) if held["definition"] else (),
            totals=_totals(held["regimen"]),
            **held,
        )

    def _name(self, file: str, held: Mapping[str, Any]) -> str:
        for kind in ("study", "definition", "regimen"):
            record = held[kind]
            if record is not None:
                return str(getattr(record, "label", "") or record.name)
        if held["source"] is not None:
            return say_citation(held["source"].citation).partition(". ")[0] or file
        return self.review.protocol.title if file == "review.yaml" else file

    def _judged(self, study: Study | None) -> list[Any]:
        result = self.review.eligibility
        if study is None or result is None:
            return []
        return [r for (name, _), r in result.cohorts.items() if name == study.id]

    def _used_by(self, file: str, held: Mapping[str, Any]) -> list[Cell]:
        """Return the studies that were read in a document, or that name a definition or regimen."""
        out = []
        for study in self.review.evidence.studies.values():
            span = None
            if held["source"] is not None and study.read_in == held["source"].id:
                span = study.marks.span("read_in")
            for response in study.responses:
                if (
                    held["definition"] is not None
                    and response.definition == held["definition"].name
                ):
                    span = response.marks.span("definition")
            for therapy in study.therapies.values():
                if held["regimen"] is not None and therapy.regimen == held["regimen"].name:
                    span = therapy.marks.span("regimen")
            if span is not None and span.file != file:
                out.append(Cell(study.name, study.id, span))
        return out

    def _drawing(self, regimen: Any) -> Any:
        return self.drawings.get(f"regimen-{regimen.name}") if regimen is not None else None

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
                ref=helpers.ref,
                place=helpers.place,
                number=helpers.number,
                table_id=table_id,
                slug=slug,
                say_citation=say_citation,
                describe_regimen=describe_regimen,
                assumptions=assumptions,
                **given,
            )
        )


_PLACED = frozenset(
    ("genes", "established", "definitions", "responses", "toxicity", "outcomes", "totals",
     "agents", "eligibility", "claims", "ongoing", "regimens", "gaps")
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

    def ref(self, cell: Cell) -> Markup:
        """Return a cell's text as a link to its line, if a page shows it."""
        return Markup(cell_html(cell, self.links, {}, "", plain=True))  # noqa: S704  # escaped

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


def source_lines(text: str, flagged: Iterable[int] = ()) -> list[tuple[int, Markup, bool]]:
    """Return the lines of a file with their numbers, keys and remarks marked up.

    Args:
        text: the file.
        flagged: numbers of the lines that something was found on.
    """
    marked = set(flagged)
    return [
        (number, _marked_up(line), number in marked)
        for number, line in enumerate(text.splitlines() or [""], start=1)
    ]


def _marked_up(line: str) -> Markup:
    line = line.expandtabs(2)
    if line.lstrip().startswith("#"):
        return Markup("<i>{}</i>").format(_visible(line))
    match = _KEY.match(line)
    if match is None:
        return escape(_visible(line))
    rest = line[match.end() :]
    return Markup("{}<b>{}</b>:{}").format(match[1], _visible(match[2]), _visible(rest))


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in text)


def compared(found: tuple[Answer, ...]) -> tuple[str, ...]:
    """Return the studies that tell of more than one of the agents."""
    held: dict[str, set[str]] = {}
    for answer in found:
        for row in answer.rows:
            held.setdefault(row.study.name, set()).add(answer.agent)
    return tuple(name for name, agents in held.items() if len(agents) > 1)


def grouped(review: Review, found: Iterable[tuple[Finding, Any]]) -> dict[str, list[Any]]:
    """Return findings with their acceptances by what they are about: a study, or a file."""
    names = {s.marks.file: s.name for s in review.evidence.studies.values()}
    names |= {d.marks.file: d.label or d.name for d in review.definitions.values()}
    names |= {r.marks.file: r.label or r.name for r in review.regimens.values()}
    out: dict[str, list[Any]] = {}
    for finding, entry in found:
        name = names.get(finding.span.file, finding.span.file)
        out.setdefault(clean(name), []).append((finding, entry))
    return out


def _severities(findings: Iterable[Finding]) -> dict[str, int]:
    held = [finding.severity for finding in findings]
    return {severity.value: held.count(severity) for severity in Severity}


def _totals(regimen: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    if regimen is None:
        return []
    return [
        (total.drug, say_bounds(total.amount, total.unit) if total.unit else "", total.why_open)
        for total in cumulative(regimen)
    ]
