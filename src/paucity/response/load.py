"""Read definitions from files, and the ones that come with paucity."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from paucity.record import read_document
from paucity.response.criteria import Criterion, CriterionBand, Example, Parameter
from paucity.response.examples import example_findings
from paucity.response.language import (
    AGE,
    LIMITS,
    OTHERWISE,
    SCORE,
    STATES,
    Misuse,
    Rule,
    misuses_in_headline,
    misuses_in_level,
    misuses_in_marker,
    with_names,
)
from paucity.response.model import STATES_OF_BAND, Band, Definition, Level, Marker, scored
from paucity.response.parameters import with_defaults
from paucity.response.rules import QUANTITIES
from paucity.text import Document, Finding, Severity, Span, did_you_mean, read_yaml, span_of
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from paucity.expression import Node

_LIBRARY: Final = Path(__file__).parent.parent / "library"
_B = TypeVar("_B", Band, CriterionBand)

MAX_BANDS: Final = 20
"""Most bands that a marker or a criterion can have."""

RESERVED: Final = STATES | QUANTITIES | LIMITS | {AGE, SCORE, OTHERWISE}
"""Words of the language, which nothing else can be called."""

_FOLDER: Final = _LIBRARY / "definitions"


def read_definition(
    document: Document, vocabulary: Vocabulary
) -> tuple[Definition | None, list[Finding]]:
    """Read one definition; its name is the name of its file.

    Args:
        document: the file as read.
        vocabulary: gives the markers their names.

    Returns:
        The definition, its rules naming markers by their preferred names, and what was wrong with
        the text. A rule with a part that means nothing is left out, with a finding at that part.
        Its examples are worked out; one that gives another answer is a finding.

    >>> from paucity.text import parse_yaml
    >>> text = "{kind: response, markers: {ferritin: {improved: percent_change <= -25}}}"
    >>> definition, findings = read_definition(parse_yaml(text, "mine.yaml"), bundled())
    >>> definition.name, definition.markers[0].bands[0].improved.text, findings
    ('mine', 'percent_change <= -25', [])
    """
    definition, findings = _read(document, vocabulary)
    if definition is not None:
        findings += example_findings(definition, vocabulary)
    return definition, findings


def _read(document: Document, vocabulary: Vocabulary) -> tuple[Definition | None, list[Finding]]:
    """Read one definition without working out its examples."""
    name = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    definition, findings = read_document(Definition, document, vocabulary, name=name)
    if definition is None:
        return None, findings
    checked = _Checked(definition, vocabulary, findings)
    definition = checked.named()
    checked = _Checked(definition, vocabulary, findings)
    definition = replace(
        definition,
        headline=checked.headline(),
        markers=checked.markers(),
        criteria=checked.criteria(),
        levels=checked.levels(),
        examples=checked.examples(),
        faults=sum(f.severity is Severity.ERROR and f.code != _HARMLESS for f in findings),
    )
    return definition, findings


_HARMLESS: Final = "unknown-marker"
"""An error that leaves the rules whole: such a marker is missing in everyone, and said to be."""


class _Checked:
    """The rules of one definition, with the names in them checked."""

    def __init__(
        self, definition: Definition, vocabulary: Vocabulary, findings: list[Finding]
    ) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.findings = findings
        self.known = [m.name.name for m in definition.markers]
        self.named_criteria = [c.name for c in definition.criteria]
        self.scored = scored(definition)
        self.defaults: dict[str, Node] = {
            name: parameter.default.node for name, parameter in definition.parameters.items()
        }

    def named(self) -> Definition:
        """Return the definition without parameters and criteria whose names mean something else.

        Parameters have markers under their preferred names.
        """
        d = self.definition
        parameters = {
            name: self._parameter(parameter)
            for name, parameter in d.parameters.items()
            if self._is_free(name, "parameters", parameter.marks.span())
        }
        taken = {*self.known, *parameters}
        criteria = []
        for criterion in d.criteria:
            if not self._is_free(criterion.name, "criteria", criterion.marks.span(), taken):
                continue
            taken.add(criterion.name)
            criteria.append(criterion)
        return replace(d, parameters=parameters, criteria=tuple(criteria))

    def _is_free(self, name: str, field: str, span: Span, taken: Collection[str] = ()) -> bool:
        term = self.vocabulary.find(Kind.MARKER, name) if field == "criteria" else None
        if name not in RESERVED and name not in taken and (term is None or term.name not in taken):
            return True
        what = "a word of the language" if name in RESERVED else "the name of something else here"
        message = f"`{name}` is {what}"
        subject = f"{self.definition.name}/{field}/{name}"
        self.findings.append(
            Finding("reserved-name", Severity.ERROR, span, message, "give it another name", subject)
        )
        return False

    def _parameter(self, parameter: Parameter) -> Parameter:
        def named(rule: Rule) -> Rule:
            return replace(rule, node=with_names(rule.node, self._term))

        variants = tuple(replace(v, take=named(v.take)) for v in parameter.variants)
        return replace(parameter, default=named(parameter.default), variants=variants)

    def _sound(self, rule: Rule | None, misuses: Iterable[Misuse], about: str) -> bool:
        """Note what means nothing in a rule, and tell whether all of it means something."""
        sound = True
        for misuse in misuses:
            sound = False
            assert rule is not None  # noqa: S101
            span = span_of(rule.marks.file, rule.marks.at + misuse.column)
            subject = f"{self.definition.name}/{about}"
            self.findings.append(
                Finding(
                    "unknown-in-rule", Severity.ERROR, span, misuse.message, misuse.hint, subject
                )
            )
        return sound

    def headline(self) -> Rule | None:
        """Return the headline if it is one."""
        rule = self.definition.headline
        if rule is None or self._sound(rule, misuses_in_headline(rule.node), "headline"):
            return rule
        return None

    def markers(self) -> tuple[Marker, ...]:
        """Return the markers without the rules that mean nothing."""
        return tuple(
            replace(
                m,
                bands=tuple(
                    b
                    for band in self._bands(m.label, m.name.name, m.bands)
                    if (b := self._band(m, band))
                ),
            )
            for m in self.definition.markers
        )

    def _bands(self, label: str, about: str, bands: tuple[_B, ...]) -> tuple[_B, ...]:
        """Return the bands of a marker or criterion, no more than a definition has use for."""
        if len(bands) > MAX_BANDS:
            span = bands[MAX_BANDS].marks.span()
            message = f"{label} has {len(bands)} bands; the first {MAX_BANDS} are read"
            subject = f"{self.definition.name}/{about}"
            finding = Finding("too-many-bands", Severity.ERROR, span, message, "", subject)
            self.findings.append(finding)
        return bands[:MAX_BANDS]

    def criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria with markers under their preferred names.

        Each can ask for those before it.
        """
        return tuple(
            replace(
                c,
                bands=tuple(
                    self._criterion_band(c, band, i)
                    for band in self._bands(c.name, f"criteria/{c.name}", c.bands)
                ),
            )
            for i, c in enumerate(self.definition.criteria)
        )

    def _criterion_band(
        self, criterion: Criterion, band: CriterionBand, place: int
    ) -> CriterionBand:
        if band.met is None:
            return band
        about = f"criteria/{criterion.name}"
        return replace(band, met=self._of_markers(band.met, about, self.named_criteria[:place]))

    def _of_markers(
        self, rule: Rule, about: str, criteria: Collection[str], *, scored: bool = False
    ) -> Rule | None:
        """Return a rule over markers and criteria under their names, or None if it is not sound."""
        rule = with_defaults(rule, self.defaults)
        misuses = misuses_in_level(rule.node, self._term, self.known, criteria, scored=scored)
        if not self._sound(rule, misuses, about):
            return None
        template = rule.template and with_names(rule.template, self._term)
        return replace(rule, node=with_names(rule.node, self._term), template=template)

    def _band(self, marker: Marker, band: Band) -> Band | None:
        """Return the band with its sound rules, or None if what chooses it is not sound."""
        states = STATES | set(marker.values)
        about = marker.name.name
        rules = {key: getattr(band, key) for key in STATES_OF_BAND}
        for key, written in rules.items():
            if written is not None:
                rule = rules[key] = with_defaults(written, self.defaults)
                misuses = misuses_in_marker(rule.node, states - {key}, early=False)
                if not self._sound(rule, misuses, about):
                    rules[key] = None
        when = band.when and with_defaults(band.when, self.defaults)
        if when is not None:
            misuses = misuses_in_marker(when.node, states, early=True)
            if not self._sound(when, misuses, about):
                return None
        return replace(band, when=when, **rules)

    def levels(self) -> Mapping[str, Level]:
        """Return the levels with markers under their preferred names."""
        return {name: self._level(name, level) for name, level in self.definition.levels.items()}

    def examples(self) -> tuple[Example, ...]:
        """Return the examples with markers under their preferred names."""
        return tuple(
            replace(
                e,
                values={self._marker(n): values for n, values in e.values.items()},
                limits={self._marker(n): limits for n, limits in e.limits.items()},
            )
            for e in self.definition.examples
        )

    def _marker(self, word: str) -> str:
        term = self.vocabulary.find(Kind.MARKER, word)
        return term.name if term else word

    def _level(self, name: str, level: Level) -> Level:
        rule = level.rule
        if rule is None:
            return level
        criteria = self.named_criteria
        return replace(level, rule=self._of_markers(rule, name, criteria, scored=self.scored))

    def _term(self, word: str) -> str | None:
        if word in self.known or word in self.named_criteria:
            return word
        term = self.vocabulary.find(Kind.MARKER, word)
        return term.name if term else None


@cache
def definition_names() -> tuple[str, ...]:
    """Return the names of the definitions that come with paucity.

    >>> "marsh-2013" in definition_names()
    True
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_definition(
    name: str, vocabulary: Vocabulary | None = None
) -> tuple[Definition | None, list[Finding]]:
    """Read a definition that comes with paucity.

    Args:
        name: its name, such as ``wang-2015``.
        vocabulary: the words to read it with; the bundled ones, if left out.

    Returns:
        The definition and what is wrong with its text; a name that is none gives a finding. Its
        examples are worked out by the tests of paucity and not here.

    >>> definition, findings = load_definition("wang-2015")
    >>> definition.assess.by.written, findings
    ('14 d', [])
    """
    if name not in definition_names():
        hint = did_you_mean(name, definition_names()) or f"known: {', '.join(definition_names())}"
        message = f"`{name}` is not a definition that comes with paucity"
        span = span_of("definitions", 0)
        finding = Finding("unknown-definition", Severity.ERROR, span, message, hint, name)
        return None, [finding]
    document = read_yaml(_LIBRARY.parent, _FOLDER / f"{name}.yaml")
    return _read(document, bundled() if vocabulary is None else vocabulary)


@cache
def library_definitions() -> tuple[Definition, ...]:
    """Return every definition that comes with paucity, by name.

    >>> [d.name for d in library_definitions() if d.study == "wang-2015"][-1]
    'wang-2015-fever-mandatory'
    """
    return tuple(_all_definitions())


def _all_definitions() -> Iterator[Definition]:
    for name in definition_names():
        definition, _ = load_definition(name)
        if definition is not None:
            yield definition
