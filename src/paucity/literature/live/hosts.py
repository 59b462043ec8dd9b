"""The hosts that can be asked, how fast, and what they are told of who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from paucity.literature.live.faults import LiveError

if TYPE_CHECKING:
    from collections.abc import Mapping

EMAIL: Final = "PAUCITY_EMAIL"
"""The environment's name for the address at which a database may reach whoever asks."""


REMOVED: Final = (b"[key removed]", b"[address removed]")
"""What stands in an answer where it repeated a key or the address."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host and its rules.

    Attributes:
        name: by which it is called here.
        base: the address that every request begins with.
        rate: requests per second without a key or an address.
        faster: requests per second with the key, or with the address where there is no key.
        fixed: parameters that name this program.
        email: the parameter for the address; empty if there is none.
        key: the parameter for the key; empty if there is none.
        variable: the environment's name for the key.
        required: whether it is asked with the key only.
        longest: bytes that a whole address may have; 0 if none are stated.
        busy: statuses that mean too many requests here, and a refusal elsewhere.
        renewed: the header that says in how many seconds a spent allowance is renewed.
    """

    name: str
    base: str
    rate: float
    faster: float = 0
    fixed: tuple[tuple[str, str], ...] = ()
    email: str = ""
    key: str = ""
    variable: str = ""
    required: bool = False
    longest: int = 0
    busy: frozenset[int] = frozenset()
    renewed: str = ""


HOSTS: Final[dict[str, Host]] = {
    # "A General Introduction to the E-utilities" (https://www.ncbi.nlm.nih.gov/books/NBK25497):
    # rates, tool, email and api_key.
    "eutils": Host(
        "eutils",
        "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/",
        rate=3,
        faster=10,
        fixed=(("tool", "paucity"),),
        email="email",
        key="api_key",
        variable="NCBI_API_KEY",
    ),
    # "Articles RESTful API" (https://europepmc.org/RestfulWebService); it states no rate.
    "europepmc": Host(
        "europepmc", "https://www.ebi.ac.uk/europepmc/webservices/rest/", rate=5, email="email"
    ),
    # "Authentication & Pricing" (https://developers.openalex.org/api-reference/authentication): the
    # key is free, the allowance renewed each day; an address (mailto) no longer counts. "Errors"
    # (https://developers.openalex.org/api-reference/errors): 403 is too many requests. "Search"
    # (https://developers.openalex.org/guides/searching): the longest address.
    "openalex": Host(
        "openalex",
        "https://api.openalex.org/",
        rate=5,
        key="api_key",
        variable="OPENALEX_API_KEY",
        required=True,
        longest=4_094,
        busy=frozenset({403}),
        renewed="x-ratelimit-reset",
    ),
    # "API versioning" (https://www.crossref.org/documentation/retrieve-metadata/api-versioning)
    # asks for the version in the address. "Access and authentication"
    # (https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication):
    # mailto, rates by pool, told in headers. Lists have lower rates than the page's table: clients
    # see 3 a second with an address.
    "crossref": Host("crossref", "https://api.crossref.org/v1/", rate=1, faster=3, email="mailto"),
    # The API's page states no rate; its users report that 50 requests a minute are answered.
    "clinicaltrials": Host("clinicaltrials", "https://clinicaltrials.gov/api/v2/", rate=0.8),
}
"""Rates are those the hosts ask for; where one states none, one that troubles nobody."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a host is told of who asks. It is added where a request leaves, and nowhere else.

    Attributes:
        parameters: names and values that go with each request.
        secrets: values among them that may not be written anywhere.
        rate: requests per second that they allow.
        address: the name and value of the address among them, which may stand in an answer where
            it is an author's, and may be said nowhere else.
    """

    parameters: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    rate: float
    address: tuple[str, str] | None = None

    def __repr__(self) -> str:
        """Return the names alone: a key in a traceback would be a key in a log."""
        return f"Identity({', '.join(name for name, _ in self.parameters)})"


def identity(host: Host, environ: Mapping[str, str]) -> Identity:
    """Return what a host is told, from the environment.

    Raises:
        LiveError: a value in the environment cannot be what it should be; it is not repeated.
    """
    parameters = list(host.fixed)
    email = _value(environ, EMAIL) if host.email else ""
    if email:
        if email.count("@") != 1:
            raise LiveError(f"{EMAIL} in the environment is not an address: correct or unset it")
        parameters.append((host.email, email))
    key = _value(environ, host.variable) if host.key else ""
    if key:
        if len(key) < 8:
            raise LiveError(
                f"{host.variable} in the environment is too short for a key: correct or unset it"
            )
        parameters.append((host.key, key))
    quick = key if host.key else email
    rate = host.faster if quick and host.faster else host.rate
    address = (host.email, email) if email else None
    return Identity(tuple(parameters), (key,) if key else (), rate, address)


def _value(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise LiveError(f"{name} in the environment has letters that cannot be sent: correct it")
    return value


def told(host: Host, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what goes with each request, in words that give neither key nor address away."""
    out = [f"{name}={value}" for name, value in host.fixed]
    for name, variable in ((host.email, EMAIL), (host.key, host.variable)):
        if name:
            state = "set, not shown" if environ.get(variable, "").strip() else "not set"
            out.append(f"{name} from {variable} ({state})")
    return tuple(out)
