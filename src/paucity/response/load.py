"""Read definitions from files, and the ones that come with paucity."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from paucity.record import read_document
from paucity.response.language import (
    STATES,
    Misuse,
    Rule,
    misuses_in_headline,
    misuses_in_level,
    misuses_in_marker,
    with_names,
)
from paucity.response.model import STATES_OF_BAND, Band, Definition, Level, Marker
from paucity.text import Document, Finding, Severity, did_you_mean, read_yaml, span_of
from paucity.vocabulary import Kind, Vocabulary, bundled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LIBRARY: Final = Path(__file__).parent.parent / "library"
MAX_BANDS: Final = 20
"""Most bands that a marker can have."""

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

    >>> from paucity.text import parse_yaml
    >>> text = "{kind: response, markers: {ferritin: {improved: percent_change <= -25}}}"
    >>> definition, findings = read_definition(parse_yaml(text, "mine.yaml"), bundled())
    >>> definition.name, definition.markers[0].bands[0].improved.text, findings
    ('mine', 'percent_change <= -25', [])
    """
    name = document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    definition, findings = read_document(Definition, document, vocabulary, name=name)
    if definition is None:
        return None, findings
    checked = _Checked(definition, vocabulary, findings)
    definition = replace(
        definition,
        headline=checked.headline(),
        markers=checked.markers(),
        levels=checked.levels(),
    )
    return definition, findings


class _Checked:
    """The rules of one definition, with the names in them checked."""

    def __init__(
        self, definition: Definition, vocabulary: Vocabulary, findings: list[Finding]
    ) -> None:
        self.definition = definition
        self.vocabulary = vocabulary
        self.findings = findings
        self.known = [m.name.name for m in definition.markers]

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
            replace(m, bands=tuple(b for band in self._bands(m) if (b := self._band(m, band))))
            for m in self.definition.markers
        )

    def _bands(self, marker: Marker) -> tuple[Band, ...]:
        """Return the bands of a marker, no more than a definition has use for."""
        if len(marker.bands) > MAX_BANDS:
            span = marker.bands[MAX_BANDS].marks.span()
            message = (
                f"{marker.label} has {len(marker.bands)} bands; the first {MAX_BANDS} are read"
            )
            subject = f"{self.definition.name}/{marker.name.name}"
            finding = Finding("too-many-bands", Severity.ERROR, span, message, "", subject)
            self.findings.append(finding)
        return marker.bands[:MAX_BANDS]

    def _band(self, marker: Marker, band: Band) -> Band | None:
        """Return the band with its sound rules, or None if what chooses it is not sound."""
        states = STATES | set(marker.values)
        about = marker.name.name
        rules = {key: getattr(band, key) for key in STATES_OF_BAND}
        for key, rule in rules.items():
            if rule is not None:
                misuses = misuses_in_marker(rule.node, states - {key}, early=False)
                if not self._sound(rule, misuses, about):
                    rules[key] = None
        when = band.when
        if when is not None:
            misuses = misuses_in_marker(when.node, states, early=True)
            if not self._sound(when, misuses, about):
                return None
        return replace(band, **rules)

    def levels(self) -> Mapping[str, Level]:
        """Return the levels with markers under their preferred names."""
        return {name: self._level(name, level) for name, level in self.definition.levels.items()}

    def _level(self, name: str, level: Level) -> Level:
        rule = level.rule
        if rule is None:
            return level
        if not self._sound(rule, misuses_in_level(rule.node, self._marker, self.known), name):
            return replace(level, rule=None)
        return replace(level, rule=replace(rule, node=with_names(rule.node, self._marker)))

    def _marker(self, word: str) -> str | None:
        if word in self.known:
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
        The definition and what is wrong with its text; a name that is none gives a finding.

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
    return read_definition(document, bundled() if vocabulary is None else vocabulary)


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
