"""How many of a cohort an expression is true of: all, none, some, or bounds where it is unknown.

Every fact is a :class:`Share`: the least and the greatest number of members it can be true of.
Kleene's logic is the special case of all, none and unknown; a fact true of part of a cohort is a
share strictly between. Shares combine by Fréchet's bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from paucity.evidence.figures import entries, figure
from paucity.evidence.shares import Share, both, either, narrower, neither, restricted, settled
from paucity.expression.nodes import (
    And,
    Arithmetic,
    Call,
    Compare,
    Counted,
    Includes,
    Is,
    Name,
    Node,
    Not,
    Number,
    Or,
    Text,
)
from paucity.logic import UNKNOWN, Bounds, Truth, compare, exactly
from paucity.shapes import Word, read_duration
from paucity.spread import say_spread
from paucity.vocabulary import Kind, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from paucity.evidence.cohorts import Family
    from paucity.evidence.model import Cohort, Part, Prior, Study
    from paucity.text import Marks, Span


@dataclass(frozen=True, slots=True)
class Because:
    """One line of the text that a judgement rests on."""

    text: str
    span: Span


class FactError(ValueError):
    """An expression that asks for something cohorts do not have."""

    def __init__(self, message: str, column: int, known: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.known = tuple(known)


def answerable(error: FactError | RecursionError) -> FactError:
    """Return the error of an expression in words, too deep a nesting included."""
    if isinstance(error, FactError):
        return error
    return FactError("the expression is nested too deeply", 0)


_KINDS: dict[str, Kind] = {
    "disease": Kind.DISEASE,
    "trigger": Kind.TRIGGER,
    "status": Kind.STATUS,
    "age_group": Kind.AGE,
    "prior": Kind.DRUG,
    "concomitant": Kind.DRUG,
    "agent": Kind.DRUG,
    "design": Kind.DESIGN,
}
_EXCLUSIVE = frozenset({"disease", "status", "age_group"})
_WORDS = ("line", "response_to_prior", "language", "study", "cohort")
_TIMES = ("time_on_prior", "since_prior")
_SIZES = ("patients", "courses", "cases", "year")

COHORT_NAMES = (*_KINDS, *_WORDS, *_TIMES, *_SIZES)
"""Names an expression about a cohort may use."""


class CohortFacts:
    """Answers expressions about one cohort, and remembers the lines each answer rests on."""

    def __init__(
        self, study: Study, family: Family, cohort_id: str, vocabulary: Vocabulary
    ) -> None:
        self.study = study
        self.family = family
        self.id = cohort_id
        self.cohort = study.cohorts[cohort_id]
        self.vocabulary = vocabulary
        self.n = int(family.people(cohort_id).exact or 1)
        self.because: list[Because] = []

    # -- logic ---------------------------------------------------------------------------------

    def share(self, node: Node) -> Share:
        """Return the share of the cohort that a condition is true of.

        Raises:
            FactError: the condition is none, or asks for what cohorts do not have.
        """
        match node:
            case And(operands=operands):
                return self._fold(both, operands)
            case Or(operands=operands):
                return self._fold(either, operands)
            case Not(operand=operand):
                return neither(self.share(operand))
            case Is(left=Name() as left, right=right) | Includes(left=Name() as left, right=right):
                return self._fact(left, _term(right), right.column)
            case Compare():
                return self._compare(node)
            case _:
                raise FactError("this is not a condition", node.column)

    def _fold(self, join: Callable[[Share, Share], Share], operands: Iterable[Node]) -> Share:
        shares = [self.share(operand) for operand in operands]
        result = shares[0]
        for share in shares[1:]:
            result = join(result, share)
        return result

    def _all(self) -> Share:
        return Share(self.n, self.n, self.n)

    def _none(self) -> Share:
        return Share(0, 0, self.n)

    def _unknown(self) -> Share:
        return Share(0, self.n, self.n)

    def _of(self, truth: Truth) -> Share:
        return self._unknown() if truth is None else self._all() if truth else self._none()

    def _note(self, text: str, marks: Marks, *path: str | int) -> None:
        because = Because(text, marks.span(*path))
        if because not in self.because:
            self.because.append(because)

    # -- facts ---------------------------------------------------------------------------------

    def _fact(self, name: Name, term: str, column: int) -> Share:
        if name.name in _WORDS:
            return self._word(name.name, term)
        if name.name not in _KINDS:
            raise FactError(f"`{name.name}` is nothing a cohort has", name.column, COHORT_NAMES)
        kind = _KINDS[name.name]
        found = self.vocabulary.find(kind, term)
        if found is None:
            near = self.vocabulary.suggest(kind, term)
            raise FactError(f"`{term}` is not a known {kind}", column, [near] if near else [])
        match name.name:
            case "prior" | "concomitant":
                return self._had(name.name, found.name)
            case "agent":
                return self._agent(found.name)
            case "design":
                return self._design(found.name)
            case _:
                return self._characteristic(name.name, kind, found.name)

    def _word(self, name: str, term: str) -> Share:
        written = {
            "line": self.cohort.line,
            "response_to_prior": self.cohort.response_to_prior,
            "language": self.study.citation.language,
            "study": self.study.id,
            "cohort": self.id,
        }[name]
        if name == "response_to_prior" and not written:
            return self._answered(term)
        if not written:
            return self._unknown()
        if name == "language":
            marks = self.study.citation.marks
        else:
            own = name in {"line", "response_to_prior"}
            marks = self.cohort.marks if own else self.study.marks
        self._note(f"{name.replace('_', ' ')}: {written}", marks, name)
        return self._of(written.casefold() == term.casefold())

    def _answered(self, term: str) -> Share:
        """Return the share whose response to prior therapy, as its entries tell it, was `term`."""
        told = [p for p in self.cohort.prior if p.response]
        if not told or any(p.patients is None and p.percent is not None for p in told):
            return self._unknown()
        inside = total = 0
        for prior in told:
            k = self.n if prior.patients is None else prior.patients
            self._note(f"response to prior: {prior.response}", prior.marks, "response")
            inside += k if prior.response.casefold() == term.casefold() else 0
            total += k
        if total == self.n and (
            _sized(self.cohort) or (len(told) == 1 and told[0].patients is None)
        ):
            return Share(inside, inside, self.n)
        if all(p.patients is None for p in told) and inside in {0, total}:
            return self._of(inside > 0)
        return self._unknown()

    def _agent(self, term: str) -> Share:
        names = {self.study.therapies[t].agent.name for t in self.therapies()}
        if not names:
            return self._unknown()
        return self._of(any(self.vocabulary.is_a(Kind.DRUG, n, term) for n in names))

    def _design(self, term: str) -> Share:
        design = self.study.design
        if design is None:
            return self._unknown()
        self._note(f"design: {design.written}", self.study.marks, "design")
        return self._of(self.vocabulary.is_a(Kind.DESIGN, design.name, term))

    def therapies(self) -> tuple[str, ...]:
        """Return the therapies studied in this cohort."""
        return therapies_of(self.study, self.family, self.id)

    def _characteristic(self, name: str, kind: Kind, term: str) -> Share:
        share = self._stated(name, kind, term, self.cohort, self.n)
        for ancestor in self.family.ancestors(self.id):
            above = self.study.cohorts[ancestor]
            size = self.family.people(ancestor).exact
            whole = self._stated(name, kind, term, above, int(size) if size else self.n)
            share = narrower(share, restricted(whole, self.n)) if not settled(share) else share
        return share

    def _stated(self, name: str, kind: Kind, term: str, cohort: Cohort, n: int) -> Share:
        """Return what one cohort's own entry says of a characteristic, as a share of `n`."""
        words: tuple[Word, ...] = getattr(cohort, name)
        is_a = self.vocabulary.is_a
        share = Share(0, n, n)
        meant = [word for word in words if is_a(kind, word.name, term)]
        if meant and (name not in _EXCLUSIVE or len(meant) == len(words)):
            self._note(f"{name}: {', '.join(w.written for w in meant)}", cohort.marks, name)
            return Share(n, n, n)
        if name == "trigger":
            for word in cohort.free_of:
                if is_a(kind, term, word.name):
                    self._note(f"free of: {word.written}", cohort.marks, "free_of")
                    return Share(0, 0, n)
        elif words and not meant and not any(is_a(kind, term, word.name) for word in words):
            self._note(f"{name}: {', '.join(w.written for w in words)}", cohort.marks, name)
            share = Share(0, 0, n)
        return self._parts(share, name, kind, term, cohort)

    def _parts(self, share: Share, name: str, kind: Kind, term: str, cohort: Cohort) -> Share:
        """Narrow a share by how many members are said to have a characteristic."""
        exclusive = name in _EXCLUSIVE
        inside, outside, exact = 0, 0, None
        for part in cohort.parts:
            word = _part_word(part, name)
            if word is None or part.patients is None or (part.patients and not _sized(cohort)):
                continue
            k = min(part.patients, share.n)
            if word.name == term:
                exact = k
            elif self.vocabulary.is_a(kind, word.name, term):
                inside = inside + k if exclusive else max(inside, k)
            elif self.vocabulary.is_a(kind, term, word.name):
                share = narrower(share, Share(0, k, share.n))
            elif exclusive:
                outside += k
            else:
                continue
            self._note(f"{k} of {share.n}: {word.written}", part.marks)
        if exact is not None and exact >= inside:
            return Share(exact, exact, share.n)
        inside = min(inside, share.n)
        return narrower(share, Share(inside, max(inside, share.n - outside), share.n))

    # -- therapies had -------------------------------------------------------------------------

    def _had(self, name: str, term: str) -> Share:
        if name == "prior" and self.cohort.untreated:
            self._note("untreated", self.cohort.marks, "untreated")
            return self._none()
        share = self._listed(name, term, self.cohort, self.n)
        for ancestor in self.family.ancestors(self.id):
            if settled(share):
                break
            above = self.study.cohorts[ancestor]
            size = self.family.people(ancestor).exact
            whole = self._listed(name, term, above, int(size) if size else self.n)
            share = narrower(share, restricted(whole, self.n))
        return share

    def _listed(self, name: str, term: str, cohort: Cohort, n: int) -> Share:
        entries: tuple[Prior, ...] = getattr(cohort, name)
        share = Share(0, n, n)
        most = 0
        for entry in entries:
            drugs = [d for w in entry.agents for d in (w.name, *self.vocabulary.components(w.name))]
            if not entry.not_given and any(self.vocabulary.is_a(Kind.DRUG, d, term) for d in drugs):
                k = _had_by(entry, cohort, n)
                if k is None:
                    most = n
                    share = Share(share.low, n, n)
                    continue
                self._note(_spoken(entry, k, n), entry.marks, "agents" if k else "patients")
                exact = len(entry.agents) == 1 and entry.within is None and drugs[0] == term
                # Two entries of one drug may be of different people: together they are the most.
                most = min(n, most + k) if exact else n
                share = Share(max(share.low, k), max(share.low, k, most), n)
            elif self._ruled_out(entry, term):
                self._note(f"none had {entry.agents[0].written}", entry.marks, "patients")
                share = narrower(share, Share(0, 0, n))
        return share

    def _ruled_out(self, entry: Prior, term: str) -> bool:
        """Tell whether an entry says that nobody had any drug of this kind."""
        return (
            entry.patients == 0
            and len(entry.agents) == 1
            and entry.within is None
            and not entry.not_given
            and self.vocabulary.is_a(Kind.DRUG, term, entry.agents[0].name)
        )

    # -- numbers -------------------------------------------------------------------------------

    def _compare(self, node: Compare) -> Share:
        left, right = node.left, node.right
        if isinstance(left, Name) and left.name in _TIMES:
            return self._time(left.name, node.operator, right)
        if isinstance(left, Name) and left.name in _SIZES:
            value = self._size(left.name)
            return self._of(compare(value, node.operator, _number(right)))
        known = (*_TIMES, *_SIZES)
        raise FactError("compare one of the numbers a cohort has", left.column, known)

    def _size(self, name: str) -> Bounds:
        if name == "year":
            citation = self.study.citation
            self._note(f"year: {citation.year or '?'}", citation.marks, "year")
            year = self.study.citation.year
            plain = year.isascii() and year.isdigit() and len(year) <= 4
            return exactly(int(year)) if plain else UNKNOWN
        if name == "patients":
            people = self.family.people(self.id)
            self._note(f"patients: {people}", self.cohort.marks, "patients")
            return people
        count = getattr(self.cohort, name)
        return UNKNOWN if count is None else exactly(count)

    def _time(self, name: str, operator: str, right: Node) -> Share:
        if not isinstance(right, Number) or not right.unit:
            raise FactError("compare a time with a time: `14 d`", right.column)
        one = read_duration(f"1 {right.unit}")
        if one is None:
            raise FactError(f"`{right.unit}` is no unit of time", right.column)
        for owner in (self.id, *self.family.ancestors(self.id)):
            cohort = self.study.cohorts[owner]
            spread = getattr(cohort, name)
            if spread is not None:
                self._note(f"{name.replace('_', ' ')}: {say_spread(spread)}", cohort.marks, name)
                limit = exactly(right.value * one.days)
                return self._of(compare(Bounds(*spread.ends()), operator, limit))
        return self._unknown()


def _sized(cohort: Cohort) -> bool:
    """Tell whether the text says how many people a cohort has."""
    return bool(cohort.patients if cohort.patients is not None else cohort.enrolled)


def _had_by(entry: Prior, cohort: Cohort, n: int) -> int | None:
    """Return how many of a cohort of `n` an entry of prior therapy is about, if that is known."""
    told = figure(entry.patients, entry.percent, n if _sized(cohort) else None)
    if entry.patients is None and entry.percent is None:
        return n
    if told.count is None or (told.count and not _sized(cohort)):
        return None
    return min(told.count, n)


def therapies_of(study: Study, family: Family, cohort_id: str) -> tuple[str, ...]:
    """Return the therapies a cohort was studied under, by its own word, its responses or parents.

    A study with a single therapy gave it to every cohort.
    """
    for name in (cohort_id, *family.ancestors(cohort_id)):
        own = [t for t in study.cohorts[name].therapy if t in study.therapies]
        told = [e.therapy for e in entries(study) if e.cohort == name]
        own += [t for t in told if t in study.therapies]
        if own:
            return tuple(dict.fromkeys(own))
    return tuple(study.therapies) if len(study.therapies) == 1 else ()


def _part_word(part: Part, name: str) -> Word | None:
    word: Word | None = getattr(part, name)
    return word


def _spoken(entry: Prior, k: int, n: int) -> str:
    agents = " + ".join(w.written for w in entry.agents)
    if not k:
        return f"none had {agents}"
    return f"had {agents}" if k == n else f"{k} of {n} had {agents}"


def _term(node: Node) -> str:
    match node:
        case Name(name=name):
            return name
        case Text(value=value):
            return value
        case Number(value=value):
            return str(value)
        case _:
            raise FactError("expected a word here", node.column)


def _number(node: Node) -> Bounds:
    match node:
        case Number(value=value):
            return exactly(Fraction(value))
        case Arithmetic() | Call() | Counted():
            raise FactError("expected a number here", node.column)
        case _:
            raise FactError("expected a number here", node.column)
