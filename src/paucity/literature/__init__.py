"""Records in and out of any export, their duplicates, and the links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from paucity.lazy import loader

if TYPE_CHECKING:
    from paucity.literature.block import candidate_pairs
    from paucity.literature.decide import Decision, Deduplication, Verdict, deduplicate
    from paucity.literature.links import Link, find_links
    from paucity.literature.merge import apply_merges, merge_records
    from paucity.literature.merge_file import read_merges, write_merges
    from paucity.literature.normal import essence, identity
    from paucity.literature.overlap import Overlap, possible_overlaps
    from paucity.literature.read import Library, read_bytes, read_file, stream_file
    from paucity.literature.record import Correction, Person, Place, Record, Reference
    from paucity.literature.write import write_records

__all__ = [
    "Correction",
    "Decision",
    "Deduplication",
    "Library",
    "Link",
    "Overlap",
    "Person",
    "Place",
    "Record",
    "Reference",
    "Verdict",
    "apply_merges",
    "candidate_pairs",
    "deduplicate",
    "essence",
    "find_links",
    "identity",
    "merge_records",
    "possible_overlaps",
    "read_bytes",
    "read_file",
    "read_merges",
    "stream_file",
    "write_merges",
    "write_records",
]

_MODULES: Final = {
    "Correction": "record",
    "Decision": "decide",
    "Deduplication": "decide",
    "Library": "read",
    "Link": "links",
    "Overlap": "overlap",
    "Person": "record",
    "Place": "record",
    "Record": "record",
    "Reference": "record",
    "Verdict": "decide",
    "apply_merges": "merge",
    "candidate_pairs": "block",
    "deduplicate": "decide",
    "essence": "normal",
    "find_links": "links",
    "identity": "normal",
    "merge_records": "merge",
    "possible_overlaps": "overlap",
    "read_bytes": "read",
    "read_file": "read",
    "read_merges": "merge_file",
    "stream_file": "read",
    "write_merges": "merge_file",
    "write_records": "write",
}
"""Where each name is defined: a module is loaded when something of it is asked for."""

if not TYPE_CHECKING:
    __getattr__ = loader(__name__, _MODULES)
