"""Cohorts as sets: the bounds computed from sizes and structure always contain the truth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.evidence.cohorts import Family
from paucity.evidence.model import Cohort, Division, Overlap, Study
from paucity.logic import Bounds
from paucity.sources import Citation

if TYPE_CHECKING:
    from collections.abc import Iterable


def family(**cohorts: Cohort) -> Family:
    return Family(Study(citation=Citation(), cohorts=cohorts))


def contains(bounds: Bounds, number: int) -> bool:
    return (bounds.low is None or bounds.low <= number) and (
        bounds.high is None or number <= bounds.high
    )


# -- known answers ---------------------------------------------------------------------------------


def atg() -> Family:
    """Return the family of the 45 courses of ATG in 38 patients (audit A7, B3)."""
    return family(
        all=Cohort(
            patients=38,
            courses=45,
            divided_into={"first therapy": Division(cohorts=("first-line", "second-line"))},
        ),
        **{
            "first-line": Cohort(patients=28, part_of=("all",)),
            "second-line": Cohort(patients=10, part_of=("all",)),
            "after-etoposide": Cohort(patients=2, part_of=("second-line",)),
            "repeat": Cohort(
                patients=7,
                part_of=("all",),
                divided_into={"first therapy": Division(cohorts=("again-first", "again-second"))},
            ),
            "again-first": Cohort(patients=6, part_of=("repeat", "first-line")),
            "again-second": Cohort(patients=1, part_of=("repeat", "second-line")),
        },
    )


def test_nine_courses_of_salvage_atg_are_eight_or_nine_people() -> None:
    assert str(atg().distinct(["after-etoposide", "repeat"])) == "8 to 9"


def test_only_one_repeat_course_can_have_been_in_one_of_the_two() -> None:
    assert str(atg().shared("after-etoposide", "repeat")) == "0 to 1"


def test_parts_of_a_division_share_nobody_nor_do_their_parts() -> None:
    assert atg().shared("again-first", "after-etoposide").exact == 0
    assert atg().disjoint("first-line", "second-line")


def test_a_part_shares_all_its_people_with_its_whole() -> None:
    assert atg().shared("again-second", "all").exact == 1
    assert atg().distinct(["all", "second-line", "repeat"]).exact == 38


def test_parts_that_together_exceed_their_whole_must_share_people() -> None:
    known = family(
        all=Cohort(patients=10),
        a=Cohort(patients=7, part_of=("all",)),
        b=Cohort(patients=6, part_of=("all",)),
    )
    assert str(known.shared("a", "b")) == "3 to 6"
    assert str(known.distinct(["a", "b"])) == "7 to 10"


def test_people_certainly_in_three_cohorts_are_taken_off_twice_not_three_times() -> None:
    cohorts = {name: Cohort(patients=4, part_of=("all",)) for name in "abc"}
    known = family(all=Cohort(patients=5), **cohorts)
    assert str(known.distinct("abc")) == "4 to 5"


def test_no_cohort_is_nobody() -> None:
    assert atg().distinct([]).exact == 0


def test_courses_bound_the_people_who_had_them() -> None:
    assert str(family(all=Cohort(courses=7)).people("all")) == "1 to 7"


def test_a_cohort_without_a_number_is_no_larger_than_its_whole() -> None:
    known = family(all=Cohort(patients=10), some=Cohort(part_of=("all",)))
    assert str(known.people("some")) == "0 to 10"


def test_people_of_a_cohort_without_any_number_are_unknown() -> None:
    assert family(all=Cohort()).people("all") == Bounds(family().distinct([]).exact, None)


def test_an_overlap_that_the_text_states_is_used_in_both_directions() -> None:
    overlap = Overlap(cohort="b", at_least=2, at_most=3)
    known = family(a=Cohort(patients=5, overlaps=(overlap,)), b=Cohort(patients=4))
    assert str(known.shared("a", "b")) == str(known.shared("b", "a")) == "2 to 3"
    assert str(known.distinct(["a", "b"])) == "6 to 7"


def test_an_overlap_that_runs_backwards_says_nothing() -> None:
    overlap = Overlap(cohort="b", at_least=3, at_most=2)
    known = family(a=Cohort(patients=5, overlaps=(overlap,)), b=Cohort(patients=4))
    assert str(known.shared("a", "b")) == "0 to 4"


def test_a_division_that_names_an_unknown_cohort_is_no_division() -> None:
    division = Division(cohorts=("a", "lost"))
    known = family(
        all=Cohort(patients=5, divided_into={"x": division}),
        a=Cohort(patients=2, part_of=("all",)),
        b=Cohort(patients=2, part_of=("all",)),
    )
    assert known.divisions("all") == []
    assert str(known.shared("a", "b")) == "0 to 2"


# -- circles ---------------------------------------------------------------------------------------


def test_a_circle_of_parts_ends() -> None:
    known = family(a=Cohort(part_of=("b",)), b=Cohort(part_of=("c",)), c=Cohort(part_of=("a",)))
    for name in known.cohorts:
        assert set(known.ancestors(name)) == set(known.cohorts) - {name}
        assert known.people(name).high is None
    assert known.distinct(["a", "b", "c"]).high is None


def test_people_in_a_circle_are_counted_not_lost() -> None:
    known = family(a=Cohort(patients=3, part_of=("b",)), b=Cohort(patients=3, part_of=("a",)))
    assert known.distinct(["a", "b"]).exact == 3


def test_a_division_into_itself_ends() -> None:
    whole = Division(cohorts=("a", "b"))
    known = family(
        a=Cohort(patients=4, divided_into={"x": whole}),
        b=Cohort(patients=4, divided_into={"x": whole}),
        c=Cohort(patients=3),
    )
    assert known.shared("a", "c").high is not None


@pytest.mark.parametrize("length", [40, 400])
def test_a_long_chain_of_parts_is_walked_once(length: int) -> None:
    chain = {f"c{i}": Cohort(part_of=(f"c{i - 1}",) if i else ()) for i in range(length)}
    chain["c0"] = replace(chain["c0"], patients=9)
    known = family(**chain)
    assert known.people(f"c{length - 1}").high == 9
    assert len(known.ancestors(f"c{length - 1}")) == length - 1


def test_divisions_within_divisions_do_not_multiply() -> None:
    # Without memory of pairs already counted this would take 2 to the power of 60 steps.
    chain = {
        f"c{i}": Cohort(
            patients=5, divided_into={"x": Division(cohorts=(f"c{i + 1}", f"c{i + 2}"))}
        )
        for i in range(60)
    }
    known = family(**chain, c60=Cohort(patients=5), c61=Cohort(patients=5), z=Cohort(patients=5))
    assert known.shared("c0", "z").high == 5


# -- against brute force ---------------------------------------------------------------------------


@dataclass
class World:
    """Cohorts as actual sets of people, and what a report says of them."""

    sets: dict[str, frozenset[int]] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)

    def add(self, people: Iterable[int], parents: tuple[str, ...]) -> str:
        name = f"c{len(self.sets)}"
        self.sets[name] = frozenset(people)
        self.cohorts[name] = Cohort(part_of=parents)
        return name

    def change(self, name: str, **changes: object) -> None:
        self.cohorts[name] = replace(self.cohorts[name], **changes)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw people, cohorts of them, and a report that is true and leaves things out."""
    world = World()
    everyone = list(range(draw(st.integers(1, 7))))
    world.add(everyone, ())
    for _ in range(draw(st.integers(1, 5))):
        parent = draw(st.sampled_from(sorted(world.sets)))
        inside = sorted(world.sets[parent])
        if draw(st.booleans()):
            some = draw(st.sets(st.sampled_from(inside))) if inside else set()
            true = [n for n, people in world.sets.items() if some <= people]
            world.add(some, tuple(draw(st.lists(st.sampled_from(true), unique=True))))
        else:
            where = [draw(st.integers(0, 1)) for _ in inside]
            told = (parent,) if draw(st.booleans()) else ()
            halves = tuple(
                world.add((p for p, w in zip(inside, where, strict=True) if w == half), told)
                for half in (0, 1)
            )
            divisions = {**world.cohorts[parent].divided_into}
            divisions[f"d{len(world.sets)}"] = Division(cohorts=halves)
            world.change(parent, divided_into=divisions)
    for name, people in world.sets.items():
        match draw(st.integers(0, 3)):
            case 0:
                pass
            case 1:
                more = draw(st.integers(0, 3)) if people else 0
                world.change(name, courses=len(people) + more)
            case _:
                world.change(name, patients=len(people))
    for a, b in combinations(sorted(world.sets), 2):
        if draw(st.integers(0, 4)) == 0:
            both = len(world.sets[a] & world.sets[b])
            least = draw(st.none() | st.integers(0, both))
            most = draw(st.none() | st.integers(both, 8))
            world.change(a, overlaps=(Overlap(cohort=b, at_least=least, at_most=most),))
    return world


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_bounds_on_cohorts_contain_the_truth(world: World) -> None:
    known = family(**world.cohorts)
    for name, people in world.sets.items():
        assert contains(known.people(name), len(people))
    for a, b in combinations(world.sets, 2):
        both = len(world.sets[a] & world.sets[b])
        assert contains(known.shared(a, b), both), (a, b)
        assert known.shared(a, b) == known.shared(b, a)
        if known.disjoint(a, b):
            assert both == 0


@given(worlds(), st.data())
@settings(max_examples=200, deadline=None)
def test_bounds_on_distinct_people_contain_the_truth(world: World, data: st.DataObject) -> None:
    known = family(**world.cohorts)
    names = data.draw(st.lists(st.sampled_from(sorted(world.sets)), max_size=5))
    truth = len(frozenset().union(*(world.sets[n] for n in names)))
    assert contains(known.distinct(names), truth)


@st.composite
def tangles(draw: st.DrawFn) -> Family:
    """Draw cohorts that point at one another in any way, true or not."""
    names = [f"c{i}" for i in range(draw(st.integers(1, 6)))]
    some = st.lists(st.sampled_from([*names, "lost"]), max_size=3).map(tuple)
    size = st.none() | st.integers(0, 9)
    cohorts = {}
    for name in names:
        overlap = Overlap(
            cohort=draw(st.sampled_from(names)), at_least=draw(size), at_most=draw(size)
        )
        cohorts[name] = Cohort(
            patients=draw(size),
            courses=draw(size),
            part_of=draw(some),
            divided_into={"x": Division(cohorts=draw(some))},
            overlaps=(overlap,),
        )
    return family(**cohorts)


@given(tangles())
@settings(max_examples=200, deadline=None)
def test_cohorts_that_contradict_themselves_still_have_bounds(known: Family) -> None:
    names = list(known.cohorts)
    for a in names:
        known.people(a)
        known.descendants(a)
        for b in names:
            known.shared(a, b)
    known.distinct(names)
