"""Read studies and source documents into the evidence model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paucity.evidence.model import Study
from paucity.record import read_document
from paucity.sources import SourceDocument

if TYPE_CHECKING:
    from paucity.text import Document, Finding
    from paucity.vocabulary import Vocabulary


def identifier(document: Document) -> str:
    """Return the identifier of what a document holds: its file name without folder and ending.

    >>> from paucity.text import Document
    >>> identifier(Document("studies/strout-2010.yaml"))
    'strout-2010'
    """
    return document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def load_study(document: Document, vocabulary: Vocabulary) -> tuple[Study | None, list[Finding]]:
    """Read one study."""
    return read_document(Study, document, vocabulary, id=identifier(document))


def load_source(
    document: Document, vocabulary: Vocabulary
) -> tuple[SourceDocument | None, list[Finding]]:
    """Read one source document."""
    return read_document(SourceDocument, document, vocabulary, id=identifier(document))
