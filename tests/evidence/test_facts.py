"""How many of a cohort something is true of: bounds contain the truth, and unknown is not no."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paucity.evidence.cohorts import Family
from paucity.evidence.facts import CohortFacts, FactError
from paucity.evidence.load import load_study
from paucity.evidence.shares import Share, both, either, narrowed, narrower, neither
from paucity.expression import parse
from paucity.text import parse_yaml
from paucity.vocabulary import bundled
from support.reviews import CITATION

if TYPE_CHECKING:
    from paucity.evidence.model import Study
    from paucity.logic import Truth


def study(text: str) -> Study:
    document = parse_yaml(CITATION + dedent(text).lstrip("\n"), "studies/doe-2001.yaml")
    found, findings = load_study(document, bundled())
    assert found is not None, findings
    return found


def shares(known: Study, condition: str) -> dict[str, Share]:
    """Return the share of every cohort that a condition is true of."""
    family = Family(known)
    return narrowed(
        {
            name: CohortFacts(known, family, name, bundled()).share(parse(condition))
            for name in known.cohorts
        },
        family,
    )


def share(text: str, condition: str, cohort: str = "all") -> tuple[int, int, int]:
    found = shares(study(text), condition)[cohort]
    return found.low, found.high, found.n


# -- shares as sets --------------------------------------------------------------------------------


@st.composite
def told(draw: st.DrawFn, n: int) -> tuple[set[int], Share]:
    """Draw who something is true of, and bounds that contain how many."""
    members = draw(st.sets(st.integers(0, n - 1)))
    low = draw(st.integers(0, len(members)))
    high = draw(st.integers(len(members), n))
    return members, Share(low, high, n)


sizes = st.integers(1, 9)


@given(sizes.flatmap(lambda n: st.tuples(st.just(n), told(n), told(n))))
def test_shares_of_combined_conditions_contain_the_truth(
    drawn: tuple[int, tuple[set[int], Share], tuple[set[int], Share]],
) -> None:
    n, (a, share_a), (b, share_b) = drawn
    for combined, truth in (
        (both(share_a, share_b), a & b),
        (either(share_a, share_b), a | b),
        (neither(share_a), set(range(n)) - a),
    ):
        assert combined.low <= len(truth) <= combined.high
        assert combined.n == n


@given(sizes.flatmap(lambda n: st.tuples(told(n), st.integers(0, 9), st.integers(0, 9))))
def test_two_true_accounts_of_a_share_together_still_contain_the_truth(
    drawn: tuple[tuple[set[int], Share], int, int],
) -> None:
    (members, first), less, more = drawn
    k = len(members)
    second = Share(max(0, k - less), min(first.n, k + more), first.n)
    joint = narrower(first, second)
    assert joint.low <= k <= joint.high
    assert joint.high - joint.low <= min(first.high - first.low, second.high - second.low)


def test_all_none_and_unknown_follow_kleene() -> None:
    everyone, nobody, unknown = Share(5, 5, 5), Share(0, 0, 5), Share(0, 5, 5)
    assert [s.truth for s in (everyone, nobody, unknown)] == [True, False, None]
    assert both(everyone, unknown).truth is None
    assert both(nobody, unknown).truth is False
    assert either(everyone, unknown).truth is True
    assert neither(unknown).truth is None
    assert Share(2, 3, 5).partly
    assert not unknown.partly


# -- against people --------------------------------------------------------------------------------

DRUGS = ("etoposide", "dexamethasone", "methylprednisolone", "cyclosporine")
DISEASES = ("EBV-associated HLH", "CMV-associated HLH", "familial HLH")
CONDITIONS = (
    "prior includes etoposide",
    "prior includes corticosteroid",
    "prior includes corticosteroid and prior includes etoposide",
    "prior includes corticosteroid or prior includes cyclosporine",
    "not prior includes dexamethasone",
    "disease is 'primary HLH'",
    "disease is 'secondary HLH'",
    "disease is 'EBV-associated HLH'",
    "disease is not 'virus-associated HLH' and prior includes etoposide",
)
STEROIDS = {"dexamethasone", "methylprednisolone"}


@dataclass(frozen=True)
class Person:
    drugs: frozenset[str]
    disease: str

    def meets(self, condition: str) -> bool:
        steroid, etoposide = bool(STEROIDS & self.drugs), "etoposide" in self.drugs
        primary = self.disease == "familial HLH"
        return (
            etoposide,
            steroid,
            steroid and etoposide,
            steroid or "cyclosporine" in self.drugs,
            "dexamethasone" not in self.drugs,
            primary,
            not primary,
            self.disease == "EBV-associated HLH",
            primary and etoposide,
        )[CONDITIONS.index(condition)]


people = st.builds(Person, st.frozensets(st.sampled_from(DRUGS)), st.sampled_from(DISEASES))


def _entries(draw: st.DrawFn, members: list[Person]) -> str:
    """Return lines that tell something true of these people, and leave the rest out."""
    prior = []
    for drug in DRUGS:
        had = sum(drug in p.drugs for p in members)
        kind = draw(st.integers(0, 3))
        if kind == 1:
            prior.append(f"{{agents: {drug}, patients: {had}}}")
        elif kind == 2 and had == len(members):
            prior.append(drug)
        elif kind == 3 and had > 1:  # told of two groups
            first = draw(st.integers(1, had - 1))
            prior.append(f"{{agents: {drug}, patients: {first}, response: CR}}")
            prior.append(f"{{agents: {drug}, patients: {had - first}, response: NR}}")
    pair = draw(st.lists(st.sampled_from(DRUGS), min_size=2, max_size=2, unique=True))
    together = sum(set(pair) <= p.drugs for p in members)
    if together and draw(st.booleans()):
        prior.append(f"{{agents: [{', '.join(pair)}], patients: {together}}}")
    parts = [
        f"{{disease: {d}, patients: {sum(p.disease == d for p in members)}}}"
        for d in DISEASES
        if draw(st.booleans())
    ]
    lines = [f"    prior: [{', '.join(prior)}]", f"    parts: [{', '.join(parts)}]"]
    one = {p.disease for p in members}
    if len(one) == 1 and draw(st.booleans()):
        lines.append(f"    disease: {one.pop()}")
    if draw(st.integers(0, 3)):
        lines.append(f"    patients: {len(members)}")
    return "\n".join(lines)


@st.composite
def reports(draw: st.DrawFn) -> tuple[dict[str, list[Person]], str]:
    """Draw people in nested cohorts, and a true report of them."""
    everyone = draw(st.lists(people, min_size=1, max_size=6))
    groups = {"all": everyone}
    cut = draw(st.integers(0, len(everyone)))
    if 0 < cut < len(everyone):
        groups |= {"some": everyone[:cut], "rest": everyone[cut:]}
    text = "cohorts:\n"
    for name, members in groups.items():
        text += f"  {name}:\n{_entries(draw, members)}\n"
        if name != "all":
            text += "    part_of: all\n"
        elif len(groups) > 1 and draw(st.booleans()):
            text += "    divided_into: {x: [some, rest]}\n"
    return groups, text


@given(reports(), st.sampled_from(CONDITIONS))
@settings(max_examples=300, deadline=None)
def test_shares_contain_how_many_people_meet_a_condition(
    report: tuple[dict[str, list[Person]], str], condition: str
) -> None:
    groups, text = report
    known = study(text)
    family = Family(known)
    for name, found in shares(known, condition).items():
        truth = sum(p.meets(condition) for p in groups[name])
        if family.people(name).exact is None:  # 0 and 1 stand for none and all
            assert found.truth is not True or truth == len(groups[name])
            assert found.truth is not False or truth == 0
        else:
            assert found.low <= truth <= found.high, (name, found, truth)


# -- unknown is not no -----------------------------------------------------------------------------


def test_a_drug_that_is_not_told_of_is_unknown() -> None:
    assert share("cohorts: {all: {patients: 4}}", "prior includes etoposide") == (0, 4, 4)


def test_a_drug_that_nobody_had_is_no() -> None:
    text = "cohorts: {all: {patients: 4, prior: {agents: etoposide, patients: 0}}}"
    assert share(text, "prior includes etoposide") == (0, 0, 4)


def test_a_class_that_nobody_had_rules_out_its_members() -> None:
    text = "cohorts: {all: {patients: 4, prior: {agents: corticosteroid, patients: 0}}}"
    assert share(text, "prior includes dexamethasone") == (0, 0, 4)


def test_the_untreated_had_nothing_before() -> None:
    assert share("cohorts: {all: {patients: 4, untreated: true}}", "prior includes etoposide") == (
        0,
        0,
        4,
    )


def test_two_groups_who_had_a_drug_may_be_different_people() -> None:
    text = """
    cohorts:
      all:
        patients: 7
        prior:
          - {agents: rabbit ATG, patients: 4, response: CR}
          - {agents: rabbit ATG, patients: 2, response: PR}
    """
    assert share(text, "prior includes 'rabbit ATG'") == (4, 6, 7)


@pytest.mark.parametrize("first", [0, 1])
def test_a_percentage_that_no_count_fits_leaves_open_how_many_had_a_drug(first: int) -> None:
    entries = ["{agents: etoposide, patients: 2}", "{agents: etoposide, percent: 33, doses: 1}"]
    prior = ", ".join((entries[first], entries[1 - first]))
    text = f"cohorts: {{all: {{patients: 7, prior: [{prior}]}}}}"
    assert share(text, "prior includes etoposide") == (2, 7, 7)


def test_a_cohort_of_unknown_size_is_not_judged_by_its_known_part() -> None:
    text = """
    cohorts:
      all: {line: second}
      some: {part_of: all, patients: 5, prior: etoposide}
    """
    assert share(text, "prior includes etoposide") == (0, 1, 1)
    assert share(text, "prior includes etoposide", "some") == (5, 5, 5)


@pytest.mark.parametrize(
    ("entry", "condition"),
    [
        ("prior: {agents: etoposide, patients: 3}", "prior includes etoposide"),
        ("parts: {disease: EBV-HLH, patients: 3}", "disease is EBV-HLH"),
        ("courses: 5, prior: {agents: etoposide, patients: 5}", "prior includes etoposide"),
    ],
)
def test_some_of_a_cohort_of_unknown_size_is_neither_all_nor_none(
    entry: str, condition: str
) -> None:
    found = shares(study(f"cohorts: {{all: {{{entry}}}}}"), condition)["all"]
    assert found.truth is None


def test_some_of_a_whole_of_unknown_size_says_nothing_of_its_part() -> None:
    text = """
    cohorts:
      all: {parts: {disease: EBV-HLH, patients: 5}}
      some: {part_of: all, patients: 5}
    """
    assert share(text, "disease is EBV-HLH", "some") == (0, 5, 5)


def test_what_is_true_of_a_whole_of_unknown_size_is_true_of_its_part() -> None:
    text = """
    cohorts:
      all: {disease: EBV-HLH, prior: etoposide}
      some: {part_of: all, patients: 5}
    """
    assert share(text, "disease is 'secondary HLH' and prior includes etoposide", "some") == (
        5,
        5,
        5,
    )


def test_the_response_to_prior_therapy_of_some_is_not_that_of_all() -> None:
    text = """
    cohorts:
      all:
        patients: 7
        prior:
          - {agents: rabbit ATG, patients: 6, response: CR}
          - {agents: rabbit ATG, patients: 1, response: PR}
    """
    assert share(text, "response_to_prior is CR") == (6, 6, 7)
    assert share(text, "response_to_prior is NR") == (0, 0, 7)
    assert share(text.replace("patients: 6", "patients: 5"), "response_to_prior is CR") == (0, 7, 7)


@pytest.mark.parametrize(
    ("spread", "truth"),
    [
        ("3 d", False),
        ("14 d", True),
        ("{range: [2 wk, 28 wk]}", True),
        ("{range: [1 wk, 28 wk]}", None),
        ("{median: 3 wk}", None),
        ("{minimum: 2 wk}", True),
        ("{minimum: 1 wk}", None),
        ("{minimum: 3 wk, values: [1 wk]}", None),
    ],
)
def test_a_time_is_compared_by_its_shortest_and_longest(spread: str, truth: Truth) -> None:
    text = f"cohorts: {{all: {{patients: 1, time_on_prior: {spread}}}}}"
    assert shares(study(text), "time_on_prior >= 2 wk")["all"].truth is truth


def test_half_a_day_is_a_time() -> None:
    text = "cohorts: {all: {patients: 1, time_on_prior: 4 d}}"
    assert shares(study(text), "time_on_prior > 3.5 d")["all"].truth is True


@pytest.mark.parametrize("year", ["", "in press", "²", "9" * 5000])
def test_a_year_that_is_no_number_is_unknown(year: str) -> None:
    text = f"citation: {{authors: [Doe J], year: '{year}'}}\ncohorts: {{all: {{patients: 1}}}}\n"
    known, _ = load_study(parse_yaml(text, "studies/x.yaml"), bundled())
    assert known is not None
    assert shares(known, "year >= 2000")["all"].truth is None


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("weight is low", "`weight` is nothing a cohort has"),
        ("prior includes etoposid", "`etoposid` is not a known drug"),
        ("patients", "this is not a condition"),
        ("patients >= etoposide", "expected a number here"),
        ("since_prior >= 14", "compare a time with a time"),
        ("since_prior >= 14 mg/kg", "is no unit of time"),
        ("disease >= 2", "compare one of the numbers a cohort has"),
    ],
)
def test_a_condition_that_asks_for_what_there_is_not_says_so(condition: str, message: str) -> None:
    with pytest.raises(FactError, match=message):
        shares(study("cohorts: {all: {patients: 1, since_prior: 3 d}}"), condition)
