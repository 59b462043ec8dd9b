"""What the packages offer by name is there, and is loaded only when asked for."""

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest


@pytest.mark.parametrize("name", ["paucity.literature", "paucity.literature.strategy"])
def test_every_public_name_is_there_whichever_modules_are_loaded(name):
    package = import_module(name)
    for module in iter_modules(package.__path__):
        import_module(f"{name}.{module.name}")
    for public in package.__all__:
        assert not isinstance(getattr(package, public), ModuleType)
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = package.nothing_of_the_kind


def test_checking_a_strategy_loads_no_reader_of_exports():
    code = "import sys, paucity.literature.strategy.stated; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    loaded = set(done.stdout.split())
    assert "paucity.literature.strategy.stated" in loaded
    assert "paucity.literature.read" not in loaded
    assert "lxml" not in loaded
