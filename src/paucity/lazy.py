"""Load the modules of a package when something of them is asked for, to keep start-up short."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def loader(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a `__getattr__` for a package, which loads the module that a name is defined in.

    Args:
        package: its name.
        modules: the module of each public name, below the package.

    >>> loader("paucity", {"Finding": "text"})("Finding").__name__
    'Finding'
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return get
