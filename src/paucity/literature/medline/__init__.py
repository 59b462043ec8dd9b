"""PubMed's baseline and update files offline: imported, searched, and read without an import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.lazy import loader

if TYPE_CHECKING:
    from paucity.literature.medline.grep import grep
    from paucity.literature.medline.importing import Imported, import_files
    from paucity.literature.medline.search import Hits, search
    from paucity.literature.medline.store import Store, StoreError, open_store

__all__ = [
    "Hits",
    "Imported",
    "Store",
    "StoreError",
    "grep",
    "import_files",
    "open_store",
    "search",
]

_MODULES: Final = {
    "Hits": "search",
    "Imported": "importing",
    "Store": "store",
    "StoreError": "store",
    "grep": "grep",
    "import_files": "importing",
    "open_store": "store",
    "search": "search",
}
"""Where each name is defined: a module is loaded when something of it is asked for."""

if not TYPE_CHECKING:
    __getattr__ = loader(__name__, _MODULES)
