"""Small data for the commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from paucity.cli import main

if TYPE_CHECKING:
    from pathlib import Path

LABS = """participant,marker,day,value,unit,low,high
ana,ferritin,0,4000,ug/l,,300
ana,ferritin,14,250,ug/l,,300
ana,TG,0,4,mmol/l,,1.7
ana,TG,14,1.5,mmol/l,,1.7
ana,ANC,0,1,10^9/l,1.5,7
ana,ANC,14,3,10^9/l,1.5,7
ana,fever,0,present,,,
ana,fever,14,absent,,,
ben,ferritin,0,4000,ug/l,,300
ben,ferritin,14,3001,ug/l,,300
ben,TG,0,4,mmol/l,,1.7
ben,TG,14,<3,mmol/l,,1.7
ben,ANC,0,1,10^9/l,1.5,7
ben,ANC,14,1,10^9/l,1.5,7
ben,fever,0,present,,,
ben,fever,14,present,,,
=cmd,ferritin,0,500,ug/l,,300
=cmd,ferritin,14,600,ug/l,,300
"""
"""Ana improves in ferritin, triglycerides and fever, and in ANC from 1 to 3: up by 200% and above 2
(Wang), but not above 5 (Marsh as printed). Ben's triglycerides fell below 3: by more than 25%."""

TWO = """kind: response
scale: [PR, NR]
assess: {by: 14 d}
markers:
  ferritin: {improved: percent_change <= -25}
  triglycerides: {improved: percent_change <= -25}
levels:
  PR: at least 1 improved
  NR: otherwise
"""


def run(*arguments: object) -> Result:
    """Run paucity; a traceback is a failure of the test."""
    result = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"}).invoke(
        main, [str(a) for a in arguments], prog_name="paucity"
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data_of(*arguments: object) -> Any:
    """Return what a command prints as JSON."""
    return json.loads(run(*arguments, "--format", "json").stdout)


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    path = tmp_path / "labs.csv"
    path.write_text(LABS, encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(TWO, encoding="utf-8")
    return path
