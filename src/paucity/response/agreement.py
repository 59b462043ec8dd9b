"""How far the answer depends on the definition: the same people under several definitions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Protocol

from paucity.agreement import Kappa, cohen_kappa

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from paucity.response.assess import Assessment
    from paucity.response.assess_table import TableAssessment


class Assessed(Protocol):
    """What is compared: an assessment, with the possible levels of each participant counted."""

    @property
    def definition(self) -> str: ...

    @property
    def responders(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How many respond by one definition, and how many may if what is missing were known.

    Attributes:
        definition: its name.
        participants: all who were assessed.
        certain: those who certainly respond.
        possible: those who may respond, the certain ones included.
        decided: those of whom it is certain whether they respond.
    """

    definition: str
    participants: int
    certain: int
    possible: int
    decided: int

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """Return the least and the largest rate among all participants, None without any."""
        if not self.participants:
            return None
        return Fraction(self.certain, self.participants), Fraction(self.possible, self.participants)

    @property
    def among_decided(self) -> Fraction | None:
        """Return the rate among those decided, None if nobody is."""
        return Fraction(self.certain, self.decided) if self.decided else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two definitions on the same participants.

    Attributes:
        one: name of the first definition.
        other: name of the second.
        table: participants by the levels possible under each.
        same: participants with the same certain level.
        flips: participants with different certain levels.
        may_flip: participants who may, depending on what is missing.
        kappa: agreement on the level, among those certain under both.
        response_kappa: agreement on response or not, among those decided under both.
    """

    one: str
    other: str
    table: Mapping[tuple[tuple[str, ...], tuple[str, ...]], int]
    same: int
    flips: int
    may_flip: int
    kappa: Kappa
    response_kappa: Kappa


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The same participants under several definitions.

    Attributes:
        rates: response rate of each definition.
        comparisons: every two definitions.
        flips: participants whose certain level differs between definitions, with the result under
            each; empty if only counts were compared.
    """

    rates: tuple[ResponseRate, ...]
    comparisons: tuple[Comparison, ...]
    flips: Mapping[str, tuple[str, ...]]


def compare_definitions(assessments: Sequence[Assessment]) -> Sensitivity:
    """Compare assessments of the same participants by several definitions.

    Args:
        assessments: two or more; one without outcomes is left out.

    Returns:
        Response rates with their bounds, every pair compared, and who flips.

    Raises:
        ValueError: the assessments are not of the same participants.
    """
    used = [a for a in assessments if a.plan is not None]
    people = [[o.participant for o in a.outcomes] for a in used]
    if any(names != people[0] for names in people):
        raise ValueError("the assessments are of different participants")
    possible = [[o.possible for o in a.outcomes] for a in used]
    rates = [
        response_rate(a.definition, a.responders, Counter(p))
        for a, p in zip(used, possible, strict=True)
    ]
    pairs = [
        compare_counts(used[i], used[j], Counter(zip(possible[i], possible[j], strict=True)))
        for i, j in combinations(range(len(used)), 2)
    ]
    flips = {}
    for i, name in enumerate(people[0] if people else ()):
        certain = {p[i] for p in possible if len(p[i]) == 1}
        if len(certain) > 1:
            flips[name] = tuple(" or ".join(p[i]) for p in possible)
    return Sensitivity(tuple(rates), tuple(pairs), flips)


def compare_tables(assessments: Sequence[TableAssessment]) -> Sensitivity:
    """Compare assessments of one large table by several definitions, by counting in the engine.

    Args:
        assessments: of the same table; one without levels is left out.

    Returns:
        Response rates and pairs; who flips stays in the tables.
    """
    used = [a for a in assessments if a.levels is not None]
    rates = [
        response_rate(a.definition, a.responders, {a.parts(r): n for r, n in a.results().items()})
        for a in used
    ]
    pairs = []
    for one, other in combinations(used, 2):
        mine = one.levels.select("participant", one=one.levels.result)
        theirs = other.levels.select("participant", other=other.levels.result)
        both = mine.inner_join(theirs, "participant")
        counted = both.group_by("one", "other").aggregate(n=both.count()).to_pyarrow().to_pylist()
        counts = {(one.parts(r["one"]), other.parts(r["other"])): int(r["n"]) for r in counted}
        pairs.append(compare_counts(one, other, counts))
    return Sensitivity(tuple(rates), tuple(pairs), {})


def compare_joint(
    assessed: Sequence[Assessed], counts: Mapping[tuple[tuple[str, ...], ...], int]
) -> Sensitivity:
    """Compare definitions from participants counted by the levels possible under each.

    Args:
        assessed: the definitions.
        counts: participants by their possible levels under each definition, in that order.

    Returns:
        Response rates and pairs; the names of those who flip are not known from counts.
    """
    rates = []
    for i, one in enumerate(assessed):
        held: Counter[tuple[str, ...]] = Counter()
        for results, n in counts.items():
            held[results[i]] += n
        rates.append(response_rate(one.definition, one.responders, held))
    pairs = []
    for i, j in combinations(range(len(assessed)), 2):
        both: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
        for results, n in counts.items():
            both[results[i], results[j]] += n
        pairs.append(compare_counts(assessed[i], assessed[j], both))
    return Sensitivity(tuple(rates), tuple(pairs), {})


def response_rate(
    definition: str, responders: Sequence[str], counts: Mapping[tuple[str, ...], int]
) -> ResponseRate:
    """Return how many respond, from participants counted by the levels that are possible.

    >>> rate = response_rate("x", ["CR", "PR"], {("CR", "PR"): 3, ("PR", "NR"): 1, ("NR",): 6})
    >>> rate.certain, rate.possible, rate.bounds[1]
    (3, 4, Fraction(2, 5))
    """
    wanted = set(responders)
    certain = sum(n for levels, n in counts.items() if set(levels) <= wanted)
    possible = sum(n for levels, n in counts.items() if set(levels) & wanted)
    everyone = sum(counts.values())
    return ResponseRate(definition, everyone, certain, possible, certain + everyone - possible)


def compare_counts(
    one: Assessed, other: Assessed, counts: Mapping[tuple[tuple[str, ...], tuple[str, ...]], int]
) -> Comparison:
    """Compare two definitions from participants counted by the levels possible under each.

    Args:
        one: the first assessment.
        other: the second.
        counts: participants by their possible levels under the first and the second.
    """
    levels: Counter[tuple[str, str]] = Counter()
    response: Counter[tuple[str, str]] = Counter()
    may_flip = 0
    for (mine, theirs), n in counts.items():
        if len(mine) == len(theirs) == 1:
            levels[mine[0], theirs[0]] += n
        elif len({*mine, *theirs}) > 1:
            may_flip += n
        ours = _responds(mine, one.responders), _responds(theirs, other.responders)
        if None not in ours:
            response[str(ours[0]), str(ours[1])] += n
    same = sum(n for (a, b), n in levels.items() if a == b)
    flips = sum(levels.values()) - same
    table = dict(sorted(counts.items()))
    return Comparison(
        one.definition,
        other.definition,
        table,
        same,
        flips,
        may_flip,
        cohen_kappa(levels),
        cohen_kappa(response),
    )


def _responds(levels: tuple[str, ...], responders: tuple[str, ...]) -> bool | None:
    found = {level in responders for level in levels}
    return found.pop() if len(found) == 1 else None


def said_kappa(kappa: Kappa) -> str:
    """Return kappa with its interval: ``0.40 (0.15 to 0.65)``; ``none`` where there is none."""
    if kappa.value is None:
        return "none"
    if kappa.low is None or kappa.high is None:
        return f"{kappa.value:.2f}"
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"
