"""Participants' measurements from the field's formats, with what their codes stand for."""

from paucity.response.readers.detect import FORMS, form_of
from paucity.response.readers.mapping import MappingFile, parse_mapping, read_mapping
from paucity.response.readers.opening import open_data, open_omop

__all__ = [
    "FORMS",
    "MappingFile",
    "form_of",
    "open_data",
    "open_omop",
    "parse_mapping",
    "read_mapping",
]
