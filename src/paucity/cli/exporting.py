"""Write definitions, criteria, participants and results in the formats of other systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from paucity.cli.assessing import FORMS
from paucity.cli.group import REVIEW, Fault, load, main, plural, tell
from paucity.cli.naming import complete, find_definitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from paucity.exchange import Exported
    from paucity.exchange.circe import Concept
    from paucity.exchange.described import Described
    from paucity.response.model import Definition
    from paucity.response.series import Series
    from paucity.review import Review
    from paucity.text import Finding
    from paucity.vocabulary import Vocabulary

OUT = click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; printed if left out.",
)
CONCEPT = click.option(
    "--concept",
    "concepts",
    multiple=True,
    metavar="NAME=ID[:DOMAIN]",
    help="OMOP concept of a marker or drug that the vocabulary has none for.",
)
LEAVE_OUT = click.option(
    "--leave-out", is_flag=True, help="Leave out what cannot be said, and list it."
)
DATA = click.argument("data", type=click.Path(path_type=Path))
REVIEW_FIRST = click.option(
    "--review", metavar="REVIEW", help="Look among this review's own definitions first."
)
FORM = click.option(
    "--form", type=click.Choice(FORMS), default="auto", help="The format of the data."
)
MAPPING = click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A YAML file that says what the codes of the data stand for.",
)


@main.group()
def export() -> None:
    """Write what paucity knows in the formats of other systems.

    What a format cannot say is listed on standard error.
    """


@export.command("definition")
@click.argument("name", shell_complete=complete)
@REVIEW_FIRST
@click.option(
    "--as",
    "form",
    type=click.Choice(["fhir"]),
    default="fhir",
    show_default=True,
    help="Form of the export.",
)
@OUT
def definition_(
    name: str,
    review: str | None,
    form: str,  # noqa: ARG001
    out: Path | None,
) -> None:
    """Write a definition as a FHIR R5 EvidenceVariable.

    NAME is a definition that comes with paucity, a YAML file, or REVIEW:NAME.
    """
    from paucity.exchange.fhir import evidence_variable

    found, vocabulary = _definitions((name,), review)
    _write(evidence_variable(found[0], vocabulary), out)


@export.command("criteria")
@click.argument("name")
@REVIEW
@click.option(
    "--as",
    "form",
    type=click.Choice(["circe"]),
    default="circe",
    show_default=True,
    help="Form of the export.",
)
@click.option("--level", default="", help="A definition's level; its first one if left out.")
@click.option(
    "--within", type=click.IntRange(0), help="Days within which a definition's criteria must lie."
)
@click.option("--agent", default="", help="A review's criteria: the drug begun on day 0.")
@CONCEPT
@LEAVE_OUT
@OUT
def criteria(
    name: str,
    review: str,
    form: str,  # noqa: ARG001
    level: str,
    within: int | None,
    agent: str,
    concepts: tuple[str, ...],
    out: Path | None,
    *,
    leave_out: bool,
) -> None:
    """Write criteria as an OHDSI cohort definition (CIRCE JSON).

    NAME is a definition of a diagnosis, by name or YAML file, or a set of eligibility criteria of
    REVIEW. CIRCE cannot say a change from a baseline; nothing is written then.
    """
    from paucity.exchange.circe_definition import cohort_of_definition
    from paucity.response import definition_names

    if name in definition_names() or Path(name).suffix in {".yaml", ".yml"}:
        made = cohort_of_definition(
            _definitions((name,), None)[0][0],
            level=level,
            within=within,
            concepts=_concepts(concepts),
            leave_out=leave_out,
        )
    else:
        made = _eligible(name, load(review), agent, _concepts(concepts), leave_out=leave_out)
    _write(made, out)


def _eligible(
    name: str, review: Review, agent: str, concepts: Mapping[str, Concept], *, leave_out: bool
) -> Exported:
    """Return a review's set of criteria as a cohort, or end with one line."""
    from paucity.evidence.eligibility import resolve
    from paucity.exchange.circe_eligibility import cohort_of_criteria
    from paucity.text import did_you_mean

    known = review.protocol.criteria
    if name not in known:
        hint = did_you_mean(name, known) or f"there are: {_listed(known)}"
        raise Fault(f"{review.name} has no set of criteria `{name}` ({hint})")
    if not agent:
        raise Fault("name the drug whose first dose is day 0: --agent DRUG")
    return cohort_of_criteria(
        name,
        resolve(name, known),
        agent,
        concepts=concepts,
        leave_out=leave_out,
        vocabulary=review.evidence.vocabulary,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


@export.command("participants")
@DATA
@click.option(
    "--as",
    "into",
    type=click.Choice(["phenopackets"]),
    default="phenopackets",
    show_default=True,
    help="Form of the export.",
)
@FORM
@MAPPING
@click.option("--therapy", default="", help="The drug that day 0 is the first dose of.")
@click.option("-d", "--definition", "name", default="", help="Tell the response by it, too.")
@click.option(
    "--created",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date written into the packets; 1970-01-01 if left out.",
)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), required=True, help="The folder to write."
)
def participants(
    data: Path,
    into: str,  # noqa: ARG001
    form: str,
    mapping: Path | None,
    therapy: str,
    name: str,
    created: datetime | None,
    out: Path,
) -> None:
    """Write participants' measurements as GA4GH Phenopackets, one file for each.

    DATA is what `paucity assess` reads, or a review whose studies describe participants. Day 0
    stands on 1 January 1970.
    """
    from datetime import UTC

    from paucity.exchange.described import Described
    from paucity.response.assess import assess

    people: dict[str, Described] = {}
    vocabulary: Vocabulary | None = None
    if _is_review(data):
        people, series, vocabulary = _of_review(data)
        if vague := sum(person.vague for person in people.values()):
            packets = plural(vague, "packet")
            click.echo(f"note: a time told as `by` a day stands at that day ({packets})", err=True)
    else:
        series = _series(data, form, mapping)
    levels: dict[str, str] = {}
    if name:
        assessment = assess(series, _definitions((name,), None)[0][0])
        told(assessment.findings)
        levels = {o.participant: o.level for o in assessment.outcomes}
    given = {
        p.name: Described(
            therapy or people.get(p.name, Described()).therapy,
            levels.get(p.name, "") if name else people.get(p.name, Described()).response,
        )
        for p in series.participants
    }
    when = created.replace(tzinfo=UTC) if created else None
    _write_packets(series, given, out, when, vocabulary)


def _is_review(place: Path) -> bool:
    from paucity.review import BUNDLED

    return (place / "review.yaml").exists() or (str(place) in BUNDLED and not place.exists())


def _of_review(place: Path) -> tuple[dict[str, Described], Series, Vocabulary]:
    """Return the participants that a review's studies describe."""
    from paucity.exchange.described import described

    review = load(str(place))
    series = review.people.series
    if not series.participants:
        raise Fault(f"{review.name} describes no participant")
    people = {p.name: described(review, p.name) for p in series.participants}
    return people, series, review.evidence.vocabulary


def _write_packets(
    series: Series,
    given: Mapping[str, Described],
    out: Path,
    created: datetime | None,
    vocabulary: Vocabulary | None,
) -> None:
    """Write a file for each participant, and tell what the packets do not say."""
    from paucity.exchange import json_text
    from paucity.exchange.document import slug
    from paucity.exchange.phenopackets import phenopacket

    if out.is_file():
        raise Fault(f"`{out}` is a file; name a folder")
    out.mkdir(parents=True, exist_ok=True)
    notes: dict[str, int] = {}
    used: set[str] = set()
    for participant in series.participants:
        made = phenopacket(
            participant,
            series,
            vocabulary=vocabulary,
            created=created,
            therapy=given[participant.name].therapy,
            response=given[participant.name].response,
        )
        file, count = slug(participant.name, 100), 1
        while file.casefold() in used:
            count += 1
            file = f"{slug(participant.name, 100)}-{count}"
        used.add(file.casefold())
        (out / f"{file}.json").write_text(json_text(made.data), encoding="utf-8")
        for note in made.notes:
            notes[note] = notes.get(note, 0) + 1
    for note, count in sorted(notes.items()):
        click.echo(f"note: {note} ({plural(count, 'packet')})", err=True)
    click.echo(f"{plural(len(series.participants), 'phenopacket')}: {out}")


@export.command("responses")
@DATA
@click.option(
    "-d", "--definition", "names", multiple=True, required=True, help="A definition; repeatable."
)
@REVIEW_FIRST
@click.option(
    "--as",
    "into",
    type=click.Choice(["adrs"]),
    default="adrs",
    show_default=True,
    help="Form of the export.",
)
@FORM
@MAPPING
@click.option("--study", default="", help="STUDYID; the name of the data, if left out.")
@OUT
def responses(
    data: Path,
    names: tuple[str, ...],
    review: str | None,
    into: str,  # noqa: ARG001
    form: str,
    mapping: Path | None,
    study: str,
    out: Path | None,
) -> None:
    """Assess participants and write the levels as a table like CDISC ADaM's ADRS.

    DATA is what `paucity assess` reads. A level that is not certain is `NE`, with the range beside
    it in RSPRANGE.
    """
    from paucity.exchange.adrs import adrs_csv
    from paucity.response.assess import assess

    definitions, vocabulary = _definitions(names, review)
    series = _series(data, form, mapping, vocabulary)
    assessments = [assess(series, d, vocabulary=vocabulary) for d in definitions]
    for assessment in assessments:
        told(assessment.findings)
    made = [a for a in assessments if a.plan is not None]
    if not made:
        raise Fault("none of the definitions can be computed")
    labels = {d.name: d.label or d.name for d in definitions}
    text = adrs_csv(made, study or data.stem, data.name, labels)
    open_ = sum(not o.certain for a in made for o in a.outcomes)
    if open_:
        rows = plural(open_, "row")
        click.echo(f"note: {rows} with a level that is not certain: AVALC is NE", err=True)
    _put(text, out)


def told(findings: Iterable[Finding]) -> None:
    """Print errors and warnings on standard error, one to a line."""
    from paucity.text import Severity

    tell((f for f in findings if f.severity is not Severity.NOTE), _line)


def _line(finding: Finding) -> str:
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"{finding.span}: {finding.severity} [{finding.code}] {finding.message}{hint}"


def _definitions(names: tuple[str, ...], review: str | None) -> tuple[list[Definition], Vocabulary]:
    """Return definitions by name or file, and the vocabulary to read data with."""
    definitions, vocabulary, findings = find_definitions(names, review)
    told(findings)
    return definitions, vocabulary


def _series(
    data: Path, form: str, mapping: Path | None, vocabulary: Vocabulary | None = None
) -> Series:
    """Return the measurements of a file or folder, or end with one line."""
    from paucity.response.readers import open_data, read_mapping
    from paucity.response.series import Series
    from paucity.vocabulary import bundled

    words = vocabulary or bundled()
    codes = None
    if mapping is not None:
        codes, findings = read_mapping(mapping, words)
        told(findings)
    if not data.exists():
        raise Fault(f"{data}: no such file or directory")
    series = open_data(data, form=form, vocabulary=words, mapping=codes, bulk=False)
    told(series.findings)
    if not isinstance(series, Series) or not series.participants:
        raise Fault(f"`{data}` has no participant that can be read row by row")
    return series


def _concepts(given: Sequence[str]) -> dict[str, Concept]:
    """Return concepts by the preferred name of their term."""
    from paucity.exchange.circe import read_concept
    from paucity.vocabulary import Kind, bundled

    out = {}
    for text in given:
        word, _, code = text.rpartition("=")
        concept = read_concept(code)
        if not word.strip() or concept is None:
            raise Fault(
                f"`{text}` is no concept; write `ferritin=3001122`, `fever=437663:Condition`"
            )
        kinds = (Kind.MARKER, Kind.DRUG, Kind.DISEASE, Kind.TRIGGER)
        terms = [t for kind in kinds if (t := bundled().find(kind, word.strip()))]
        for name in {word.strip(), *(t.name for t in terms)}:
            out[name] = concept
    return out


def _write(made: Exported, out: Path | None) -> None:
    """Write a document and tell what it does not say; without one, tell why and end."""
    from paucity.exchange import json_text

    told(made.findings)
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    if made.data is None:
        raise Fault(f"not exported: {plural(len(made.findings), 'part')} cannot be said")
    _put(json_text(made.data), out)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="")
    click.echo(str(out), err=True)
