"""Open participants' measurements in any of the formats that are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from paucity.response.readers.adam import read_adam
from paucity.response.readers.codes import IGNORED_MARKER, CodedWords, Codes
from paucity.response.readers.detect import FORMS, form_of, header_of
from paucity.response.readers.fhir import read_fhir
from paucity.response.readers.omop import read_omop, read_omop_tables
from paucity.response.readers.omop_tables import tables_in
from paucity.response.readers.phenopackets import read_phenopackets
from paucity.response.readers.sdtm import read_sdtm
from paucity.response.readers.tables import NoTableError
from paucity.response.readers.tidied import Data, Opening, nothing
from paucity.response.readers.tidy import read_tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from paucity.response.readers.mapping import MappingFile
    from paucity.vocabulary import Vocabulary

_READERS: Final[dict[str, Callable[[Opening], Data]]] = {
    "tidy": read_tidy,
    "omop": read_omop,
    "sdtm": read_sdtm,
    "adam": read_adam,
    "fhir": read_fhir,
    "phenopackets": read_phenopackets,
}


def open_data(
    place: Path,
    *,
    form: str = "auto",
    vocabulary: Vocabulary | None = None,
    mapping: MappingFile | None = None,
    units: Mapping[str, str] | None = None,
    index: Mapping[str, str] | None = None,
    assume_unit: bool = False,
    bulk: bool | None = None,
    connection: Any = None,
) -> Data:
    """Open participants' measurements.

    Args:
        place: a file or folder.
        form: a word of `FORMS`; `auto` goes by what is in the file or folder.
        vocabulary: knows the markers; the bundled one, if left out.
        mapping: what codes stand for, from :func:`read_mapping`; comes before the bundled codes.
        units: the unit a marker is to be turned into, where it is not the vocabulary's.
        index: date of the first dose by participant, where the data do not tell it.
        assume_unit: take values without unit to be in the usual one.
        bulk: True gives a :class:`~paucity.response.table_series.Table`, computed by the engine,
            False a :class:`~paucity.response.series.Series`, read row by row. None: row by row for
            text of at most 5 MB, in bulk for all else.
        connection: an Ibis connection to DuckDB to read in bulk with; one in memory, if left out.

    Returns:
        The measurements. Whatever cannot be read is told in their findings; a place that cannot be
        read at all gives an empty series with a finding that says why.

    Raises:
        ValueError: `form` is no format.
        MissingExtraError: a library that the format needs is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labs.csv"
    ...     _ = path.write_text("patient,test,day,value,unit\\np1,Ferritin,0,4756,ug/l\\n")
    ...     data = open_data(path)
    >>> data.participants[0].measurements[0].marker
    'ferritin'
    """
    if form not in {"auto", *FORMS}:
        raise ValueError(f"`{form}` is no format, expected auto, {', '.join(FORMS)}")
    codes = Codes(vocabulary, mapping)
    name = place.name or str(place)
    try:
        found = form if form != "auto" else form_of(place)
        if not found:
            return nothing(name, _unknown(place))
        words = CodedWords(codes, units, assume_unit=assume_unit, named=found != "tidy")
        opening = Opening(place, codes, words, index or {}, bulk, connection)
        data = _READERS[found](opening)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        return nothing(name, ("file-unreadable", f"cannot be read: {reason}", ""))
    except NoTableError as error:
        return nothing(name, ("not-a-table", str(error), ""))
    told = tuple(f for f in data.findings if f.code != IGNORED_MARKER.code)
    return replace(data, findings=told)


def open_omop(
    connection: Any,
    *,
    database: str | None = None,
    vocabulary: Vocabulary | None = None,
    mapping: MappingFile | None = None,
    units: Mapping[str, str] | None = None,
    index: Mapping[str, str] | None = None,
    assume_unit: bool = False,
    bulk: bool = True,
) -> Data:
    """Open the measurements of an OMOP database through any Ibis connection.

    Args:
        connection: an Ibis connection; the columns that are read are copied out of it, unless it
            is one to DuckDB.
        database: the schema that holds the tables.
        vocabulary: as for :func:`open_data`, and so are those below.
        mapping: what codes stand for.
        units: the unit a marker is to be turned into.
        index: date of the first dose by participant.
        assume_unit: take values without unit to be in the usual one.
        bulk: whether a table is made, and not a series.
    """
    codes = Codes(vocabulary, mapping)
    words = CodedWords(codes, units, assume_unit=assume_unit, named=True)
    opening = Opening(Path(database or connection.name), codes, words, index or {}, bulk)
    return read_omop_tables(tables_in(connection, database), connection, opening)


def _unknown(place: Path) -> tuple[str, str, str]:
    if not place.is_dir() and place.stat().st_size == 0:
        return "empty-file", "nothing is in it", ""
    message = f"is in none of the formats that are read: {', '.join(FORMS)}"
    if columns := header_of(place):
        message += f"; it has the columns {', '.join(columns)}"
    hint = "name its format, or write a table with participant, marker, time, value and unit"
    return "format-unknown", message, hint
