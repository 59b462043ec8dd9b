"""Make of a stated strategy what each database is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.live import (
    clinicaltrials,
    crossref,
    europepmc,
    eutils,
    openalex,
)
from paucity.literature.live.faults import LiveError, quoted
from paucity.literature.live.model import Asked
from paucity.literature.live.names import slug_of
from paucity.literature.live.plain import CLINICALTRIALS, CROSSREF, OPENALEX, Target, to_plain
from paucity.literature.strategy.nodes import Unread
from paucity.literature.strategy.show import show
from paucity.literature.strategy.to_europepmc import to_europepmc
from paucity.literature.strategy.walk import resolved, walk
from paucity.text import Severity

if TYPE_CHECKING:
    from paucity.literature.live.model import Source
    from paucity.literature.strategy.nodes import Strategy


@dataclass(frozen=True, slots=True)
class Database:
    """A database that can be searched from here.

    Attributes:
        name: as it is called.
        slug: its name in file names.
        source: how it is asked.
        target: how a strategy is written for it, where that is as plain words.
        again: whether it is asked for everything again to find what is new.
    """

    name: str
    slug: str
    source: Source
    target: Target | None = None
    again: bool = False


DATABASES: Final = (
    Database("PubMed", "pubmed", eutils.SOURCE),
    Database("Europe PMC", "europepmc", europepmc.SOURCE),
    Database("OpenAlex", "openalex", openalex.SOURCE, OPENALEX, again=True),
    Database("Crossref", "crossref", crossref.SOURCE, CROSSREF),
    Database("ClinicalTrials.gov", "clinicaltrials", clinicaltrials.SOURCE, CLINICALTRIALS),
)


def database_named(name: str) -> Database | None:
    """Return the database of a name, however it is spelt; None if it cannot be asked from here.

    >>> database_named("EuropePMC").slug, database_named("Embase")
    ('europepmc', None)
    """
    slug = slug_of(name)
    return next((d for d in DATABASES if d.slug == slug), None)


def asked_of(database: Database, strategy: Strategy, today: str, since: str = "") -> Asked:
    """Return what a database is asked for a strategy.

    Args:
        database: which.
        strategy: as read.
        today: ISO date of the run.
        since: ISO date; only what came or changed since then.

    Raises:
        LiveError: the strategy holds what cannot be read, or nothing that can be asked; sent as
            it is, it would find something else than it says.
    """
    errors = [f for f in strategy.findings if f.severity is Severity.ERROR]
    node = resolved(strategy)
    if errors:
        raise LiveError(f"the strategy cannot be sent: {errors[0].message} ({errors[0].span})")
    if node is None:
        raise LiveError("the strategy cannot be sent: there is nothing in it")
    unread = next((n for n in walk(node) if isinstance(n, Unread)), None)
    if unread is not None:
        raise LiveError(f"the strategy cannot be sent: {quoted(unread.text)} could not be read")
    filters: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()
    if database.target is not None:
        text, filters, lost = to_plain(node, database.target)
    elif database.slug == "europepmc":
        text, lost = to_europepmc(strategy)
    else:
        text = show(node)
    if not text:
        raise LiveError(f"nothing of the strategy is left that {database.name} can be asked")
    return Asked(text, filters, "" if database.again else since, today, lost)
