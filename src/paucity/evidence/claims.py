"""Conclusions as tests that the evidence must pass.

A claim names the rows it is about and an expression over their numbers. What the text leaves open
is a pair of bounds, so a claim can be undecidable: then the text decides neither way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from paucity.counts import percent_of
from paucity.evidence.cohorts import Family
from paucity.evidence.facts import CohortFacts, FactError, answerable
from paucity.evidence.figures import entry_figure, word_of
from paucity.evidence.model import Event, Study
from paucity.evidence.rows import Row, established_rows, included_rows, rows_of
from paucity.evidence.shares import Share, narrowed
from paucity.evidence.view import Evidence, family_of, read_in
from paucity.expression.nodes import (
    And,
    Arithmetic,
    Call,
    Compare,
    Name,
    Node,
    Not,
    Number,
    Or,
    Text,
    names_in,
)
from paucity.expression.truth import truth
from paucity.logic import (
    UNKNOWN,
    Bounds,
    Truth,
    add,
    all_of,
    compare,
    divide,
    exactly,
    minus,
    multiply,
)
from paucity.text import Finding, Severity
from paucity.vocabulary import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from paucity.protocol import Claim


class Standing(StrEnum):
    """What the evidence says of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim, what the evidence says of it, and the figures it was judged by."""

    name: str
    claim: Claim
    standing: Standing
    figures: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Selected:
    row: Row
    share: Share


class _AboutError(FactError):
    """A claim about what cohorts do not have."""


def judge(evidence: Evidence) -> tuple[list[Verdict], list[Finding]]:
    """Judge every claim of the protocol.

    Returns:
        The verdicts, in the protocol's order, and a finding for each claim that the evidence
        contradicts, does not decide, or that cannot be read.
    """
    verdicts, findings = [], []
    for name, claim in evidence.protocol.claims.items():
        try:
            verdict = _judge(name, claim, evidence)
        except (FactError, RecursionError) as error:
            findings.append(_unreadable(name, claim, answerable(error)))
            continue
        verdicts.append(verdict)
        finding = _finding(verdict)
        if finding is not None:
            findings.append(finding)
    return verdicts, findings


def _unreadable(name: str, claim: Claim, error: FactError) -> Finding:
    known = f"known here: {', '.join(error.known)}" if error.known else ""
    span = claim.marks.span("about" if isinstance(error, _AboutError) else "test")
    span = replace(span, column=span.column + error.column)
    return Finding(
        "claim-unreadable",
        Severity.ERROR,
        span,
        f"claim `{name}`: {error.message}",
        known,
        f"claims/{name}",
    )


def _finding(verdict: Verdict) -> Finding | None:
    if verdict.standing is Standing.SUPPORTED:
        return None
    contradicted = verdict.standing is Standing.CONTRADICTED
    figures = "; ".join(verdict.figures)
    where = f" ({verdict.claim.source.at})" if verdict.claim.source else ""
    return Finding(
        "claim-contradicted" if contradicted else "claim-undecidable",
        Severity.WARNING if contradicted else Severity.NOTE,
        verdict.claim.marks.span("test"),
        f"`{verdict.claim.says}`{where} is {verdict.standing}: {figures}",
        "correct the conclusion, or accept it as a fault of the source"
        if contradicted
        else "find what is missing, or claim less",
        f"claims/{verdict.name}",
    )


def _judge(name: str, claim: Claim, evidence: Evidence) -> Verdict:
    chosen = list(_chosen(claim, evidence))
    groups = [[s] for s in chosen] if claim.each else [chosen]
    truths: list[Truth] = []
    figures = []
    for group in groups:
        numbers = Numbers(group, evidence)
        truths.append(numbers.truth(claim.test.node))
        label = f"{group[0].row.study.name}: " if claim.each else ""
        figures.append(label + numbers.told(claim.test.node))
    overall = all_of(truths) if groups else None
    standing = {True: Standing.SUPPORTED, False: Standing.CONTRADICTED, None: Standing.UNDECIDABLE}
    if not figures:
        figures = ["no cohort is of the kind the claim is about"]
    return Verdict(name, claim, standing[overall], tuple(figures), tuple(s.row for s in chosen))


def _chosen(claim: Claim, evidence: Evidence) -> Iterator[_Selected]:
    """Yield the rows a claim is about, each with the share of it that is meant."""
    if claim.among == "all":
        for study in evidence.studies.values():
            yield from _anywhere(study, claim, evidence)
        return
    rows = included_rows(evidence) if claim.among == "included" else established_rows(evidence)
    for row in rows:
        share = _shares(row.study, claim, evidence)[row.cohort.id]
        if share.high > 0:
            yield _Selected(row, share)


def _shares(study: Study, claim: Claim, evidence: Evidence) -> dict[str, Share]:
    """Return the share of each cohort of a study that a claim is about."""
    family = family_of(study, evidence)
    out = {}
    for name in study.cohorts:
        facts = CohortFacts(study, family, name, evidence.vocabulary)
        whole = Share(facts.n, facts.n, facts.n)
        try:
            out[name] = whole if claim.about is None else facts.share(claim.about.node)
        except FactError as error:
            raise _AboutError(error.message, error.column, error.known) from None
    return narrowed(out, family)


def _anywhere(study: Study, claim: Claim, evidence: Evidence) -> Iterator[_Selected]:
    """Yield the largest cohorts that are wholly meant, and wholes where that leaves some open."""
    family = family_of(study, evidence)
    shares = _shares(study, claim, evidence)
    wholly = family.topmost([name for name, share in shares.items() if share.truth is True])
    for root in family.topmost(study.cohorts):
        inside = [name for name in wholly if name == root or root in family.ancestors(name)]
        decided = family.distinct(inside).low == shares[root].high
        for name in inside if decided else [root]:
            for row in rows_of(family, name):
                yield _Selected(row, shares[name])


_FUNCTIONS = ("before", "after", "event", "outcome")


class Numbers:
    """The numbers a claim may speak of, over the rows it is about."""

    def __init__(self, chosen: list[_Selected], evidence: Evidence) -> None:
        self.chosen = chosen
        self.evidence = evidence

    def truth(self, node: Node) -> Truth:
        """Return whether a condition holds."""
        return truth(node, self._compared)

    def _compared(self, node: Node) -> Truth:
        if not isinstance(node, Compare):
            raise FactError("a claim compares numbers", node.column)
        return compare(self.number(node.left), node.operator, self.number(node.right))

    def number(self, node: Node) -> Bounds:
        """Return the bounds of a number."""
        match node:
            case Number(value=value):
                return exactly(value)
            case Name(name=name):
                return self.named(name, node.column)
            case Call():
                return self._call(node)
            case Arithmetic():
                join: Mapping[str, Callable[[Bounds, Bounds], Bounds]] = {
                    "+": add,
                    "-": lambda a, b: add(a, minus(b)),
                    "*": multiply,
                    "/": divide,
                }
                return join[node.operator](self.number(node.left), self.number(node.right))
            case _:
                raise FactError("a claim compares numbers", node.column)

    def named(self, name: str, column: int = 0) -> Bounds:
        """Return the number a name stands for."""
        scale = self.evidence.protocol.scale
        if name in scale:
            return self._total(lambda s: self._level(s, name))
        match name:
            case "assessed":
                return self._total(self._assessed)
            case "patients":
                return self._people()
            case "courses":
                return self._total(self._courses)
            case "cohorts":
                return self._counted([s.row.key for s in self.chosen])
            case "agents":
                agents = [s.row.therapy.agent.name if s.row.therapy else "" for s in self.chosen]
                return self._counted(agents)
            case "reports":
                return self._counted([s.row.study.id for s in self.chosen])
            case _:
                known = (*scale, "assessed", "patients", "courses", "cohorts", "reports", "agents")
                raise FactError(f"`{name}` is no number of the evidence", column, known)

    def _total(self, of: Callable[[_Selected], Bounds]) -> Bounds:
        total = exactly(0)
        for selected in self.chosen:
            total = add(total, of(selected))
        return total

    def _counted(self, names: list[str]) -> Bounds:
        sure = {n for n, s in zip(names, self.chosen, strict=True) if s.share.low > 0}
        return Bounds(Fraction(len(sure)), Fraction(len(set(names))))

    def _people(self) -> Bounds:
        by_study: dict[str, list[_Selected]] = {}
        for selected in self.chosen:
            by_study.setdefault(selected.row.study.id, []).append(selected)
        total = exactly(0)
        for group in by_study.values():
            family = Family(group[0].row.study)
            if all(s.share.truth is True for s in group):
                total = add(total, family.distinct([s.row.cohort.id for s in group]))
            else:
                low = Fraction(max(s.share.low for s in group))
                most = [_most(s, family) for s in group]
                high = None if None in most else sum((m for m in most if m), Fraction(0))
                total = add(total, Bounds(low, high))
        return total

    def _courses(self, selected: _Selected) -> Bounds:
        courses = selected.row.cohort.courses
        return UNKNOWN if courses is None else _of_those_meant(selected, courses)

    def _level(self, selected: _Selected, level: str) -> Bounds:
        response = selected.row.response
        n = selected.row.n
        if response is None or n is None:
            return Bounds(Fraction(0), None if n is None else Fraction(n))
        figure = selected.row.figures().get(level)
        if figure is not None and figure.count is not None:
            return _of_those_meant(selected, figure.count)
        missing = n - sum(f.count or 0 for f in selected.row.figures().values())
        outside = self.evidence.protocol.scale[level].outside
        if missing <= 0 or (response.complete and outside):
            return exactly(0)
        return Bounds(Fraction(0), Fraction(missing))

    def _assessed(self, selected: _Selected) -> Bounds:
        counts = [f.count for f in selected.row.figures().values()]
        if not counts or any(c is None for c in counts):
            return UNKNOWN
        return _of_those_meant(selected, sum(c for c in counts if c is not None))

    def _call(self, node: Call) -> Bounds:
        if node.name not in _FUNCTIONS or len(node.arguments) != 1:
            raise FactError(f"`{node.name}` is no function of a claim", node.column, _FUNCTIONS)
        argument = node.arguments[0]
        if not isinstance(argument, Name | Text):
            raise FactError("name the event or outcome in quotes", node.column)
        word = argument.name if isinstance(argument, Name) else argument.value
        kind = Kind.OUTCOME if node.name == "outcome" else Kind.EVENT
        term = self.evidence.vocabulary.find(kind, word)
        if term is None:
            near = self.evidence.vocabulary.suggest(kind, word)
            raise FactError(f"`{word}` is not a known {kind}", node.column, [near] if near else [])
        return self._total(lambda s: self._happened(s, node.name, term.name))

    def _happened(self, selected: _Selected, function: str, name: str) -> Bounds:
        study, cohort = selected.row.study, selected.row.cohort.id
        told = study.outcomes if function == "outcome" else study.events
        for entry in told:
            word = word_of(entry)
            when = entry.when if isinstance(entry, Event) else ""
            wanted = {"before": "before", "after": "after"}.get(function, when)
            own = read_in(entry, study) == study.read_in
            if entry.cohort == cohort and word.name == name and when == wanted and own:
                count = entry_figure(entry, study).count
                return UNKNOWN if count is None else _of_those_meant(selected, count)
        n = selected.row.cohort.patients
        return Bounds(Fraction(0), None if n is None else Fraction(n))

    # -- in words ------------------------------------------------------------------------------

    def told(self, node: Node) -> str:
        """Return the figures of a condition in words: ``(CR + PR) / patients = 26/34 (76.5%)``."""
        sides = list(dict.fromkeys(_sides(node)))
        return ", ".join(f"{_written(s)} = {self._shown(s)}" for s in sides)

    def _shown(self, node: Node) -> str:
        if isinstance(node, Arithmetic) and node.operator == "/":
            top, bottom = self.number(node.left).exact, self.number(node.right).exact
            if top is not None and bottom and top.denominator == bottom.denominator == 1:
                share = percent_of(int(top), int(bottom), 1)
                return f"{top} of {bottom} ({share}%)"
        return str(self.number(node))


def _of_those_meant(selected: _Selected, count: int) -> Bounds:
    """Return how many of a row's count are among those a claim is about."""
    if selected.share.truth is True:
        return exactly(count)
    return Bounds(Fraction(0), Fraction(count))


def _most(selected: _Selected, family: Family) -> Fraction | None:
    """Return the most people of a row that a claim can be about."""
    people = family.people(selected.row.cohort.id)
    return Fraction(selected.share.high) if people.exact else people.high


def _sides(node: Node) -> list[Node]:
    match node:
        case And(operands=operands) | Or(operands=operands):
            return [s for o in operands for s in _sides(o)]
        case Not(operand=operand):
            return _sides(operand)
        case Compare():
            return [s for s in (node.left, node.right) if names_in(s) or isinstance(s, Call)]
        case _:
            return []


def _written(node: Node) -> str:
    from paucity.expression import say

    return say(node)
