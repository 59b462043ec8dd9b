"""The JSON Schemas accept every bundled file and refuse what reading refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import paucity
from paucity.review import bundled_review
from paucity.schemas import KINDS, schema_of
from paucity.text import Map, Seq, Value, read_yaml

PACKAGE = Path(paucity.__file__).parent
REVIEW = bundled_review("hlh-salvage")
STARTER = PACKAGE / "library" / "starter"
FILES = [
    *(("study", p) for p in sorted((REVIEW / "studies").glob("*.yaml"))),
    *(("source", p) for p in sorted((REVIEW / "sources").glob("*.yaml"))),
    ("review", REVIEW / "review.yaml"),
    *(("definition", p) for p in sorted((PACKAGE / "library/definitions").glob("*.yaml"))),
    *(("regimen", p) for p in sorted((PACKAGE / "library/regimens").glob("*.yaml"))),
    ("study", STARTER / "studies/example-2020.yaml"),
    ("review", STARTER / "review.yaml"),
    ("definition", STARTER / "definitions/example-2020.yaml"),
]


def plain(value: Value) -> Any:
    """Return a tree as an editor's YAML 1.2 parser types it."""
    if isinstance(value, Map):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Seq):
        return [plain(item) for item in value]
    if value is None:
        return None
    if re.fullmatch(r"[-+]?\d+", value):
        return int(value)
    if re.fullmatch(r"[-+]?\d+\.\d+", value):
        return float(value)
    return {"true": True, "false": False}.get(value, value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_valid_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda v: getattr(v, "stem", v))
def test_bundled_files_are_valid(kind: str, path: Path) -> None:
    tree = plain(read_yaml(path.parent, path).tree)
    errors = [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
        for e in jsonschema.Draft202012Validator(schema_of(kind)).iter_errors(tree)
    ]
    assert errors == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"citation": {}, "cohort": {}},
        {"citation": {}, "cohorts": {"all": {"patients": -1}}},
        {"citation": {}, "responses": [{"cohort": "all"}]},
        {"citation": {}, "responses": [{"cohort": "a", "therapy": "b", "of": "persons"}]},
    ],
    ids=["no-citation", "unknown-field", "negative-count", "no-therapy", "unknown-unit"],
)
def test_what_reading_refuses_the_schema_refuses(wrong: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(schema_of("study")).is_valid(wrong)
