"""JSON Schemas of the files of a review, generated from the records that read them."""

from __future__ import annotations

from typing import Any

from paucity.dosing.model import Regimen
from paucity.evidence.model import Study
from paucity.participants.model import ParticipantFile
from paucity.protocol import Protocol
from paucity.record import Record, document_schema
from paucity.response.model import Definition
from paucity.sources import SourceDocument
from paucity.vocabulary import Kind, bundled

KINDS: dict[str, tuple[type[Record], str]] = {
    "study": (Study, "a study of a paucity review: studies/*.yaml"),
    "review": (Protocol, "the protocol of a paucity review: review.yaml"),
    "source": (SourceDocument, "a document studies were read in: sources/*.yaml"),
    "definition": (Definition, "a response definition: definitions/*.yaml"),
    "regimen": (Regimen, "a dose schedule: regimens/*.yaml"),
    "participants": (ParticipantFile, "participants of a study, one by one: participants/*.yaml"),
}


def schema_of(kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of file; vocabulary words are offered as examples.

    >>> schema_of("study")["required"]
    ['citation']
    """
    cls, title = KINDS[kind]
    schema = document_schema(cls, title)
    vocabulary = bundled()
    for word_kind in Kind:
        name = f"word-{word_kind.replace(' ', '-')}"
        if name in schema["$defs"]:
            words = [term.name for term in vocabulary.terms(word_kind)]
            schema["$defs"][name]["examples"] = words
    return schema
