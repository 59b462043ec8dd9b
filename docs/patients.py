"""Read and assess the small examples of patients' data in reading.yaml."""  # noqa: INP001

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from paucity.response import load_definition, read_definition
from paucity.response.assess import assess
from paucity.response.readers import open_data, parse_mapping
from paucity.response.series import Series
from paucity.response.settings import Settings
from paucity.text import parse_yaml
from paucity.vocabulary import bundled

if TYPE_CHECKING:
    from paucity.response import Definition
    from paucity.text import Finding

MAPPING = "codes.yaml"


def name_of(entry: dict[str, Any]) -> str:
    """Return the name of the file an example is."""
    name: str = entry.get("file", "labs.csv")
    return name


def finding(code: str, entry: dict[str, Any]) -> Finding:
    """Return the finding that an example gives when it is read, or assessed.

    Args:
        code: of the finding.
        entry: `data` is the file's text, called `file` (labs.csv, if left out). `mapping` is the
            text of a mapping file, `form` the format, `index` dates of the first dose. `assess` is
            a definition, by its name in the library or as text, and `settings` the choices.
    """
    mapping, findings = parse_mapping(entry.get("mapping", ""), MAPPING)
    with TemporaryDirectory() as folder:
        path = Path(folder) / name_of(entry)
        path.write_text(entry["data"], encoding="utf-8")
        form, index = entry.get("form", "auto"), entry.get("index")
        data = open_data(path, form=form, mapping=mapping, index=index, bulk=False)
    findings += data.findings
    if "assess" in entry:
        if not isinstance(data, Series):
            raise TypeError("row by row a series is read")
        settings = Settings(**entry.get("settings", {}))
        findings += assess(data, _definition(entry["assess"]), settings).findings
    return next(f for f in findings if f.code == code)


def _definition(text: str) -> Definition:
    """Return a definition by its name in the library, or by its text."""
    if "\n" not in text:
        found, _ = load_definition(text)
    else:
        found, _ = read_definition(parse_yaml(text, "definition.yaml"), bundled())
    if found is None:
        raise LookupError(text)
    return found
