"""Regimens from text, with a vocabulary of made-up drugs."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from paucity.dosing import Regimen, read_regimen
from paucity.text import Finding, parse_yaml
from paucity.vocabulary import Kind, Term, Vocabulary

WORDS = Vocabulary(
    [
        Term(Kind.DRUG, "alfazumab"),
        Term(Kind.DRUG, "betasone", synonyms=("BS",)),
        Term(Kind.ROUTE, "intravenous", synonyms=("IV",)),
        Term(Kind.ROUTE, "intrathecal"),
    ]
)

Read = Callable[[str], tuple[Regimen | None, list[Finding]]]


def read_text(text: str) -> tuple[Regimen | None, list[Finding]]:
    return read_regimen(parse_yaml(dedent(text), "regimens/trial.yaml"), WORDS)


@pytest.fixture
def read() -> Read:
    return read_text


@pytest.fixture
def regimen() -> Callable[[str], Regimen]:
    """Read a schedule that is free of faults."""

    def made(text: str) -> Regimen:
        found, findings = read_text(text)
        assert not findings
        assert found is not None
        return found

    return made
