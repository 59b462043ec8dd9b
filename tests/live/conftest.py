"""One server on loopback for all tests of the live client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from tests.support import loopback

from paucity.literature.live import client, hosts, transport

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = ("NCBI_API_KEY", "OPENALEX_API_KEY", "PAUCITY_EMAIL")


@pytest.fixture(scope="session")
def _server() -> Iterator[loopback.Server]:
    yield from loopback.started()


@pytest.fixture
def fake(_server: loopback.Server, monkeypatch: pytest.MonkeyPatch) -> loopback.Fake:
    """Return an empty database on loopback, with every host of the client leading to it."""
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    for name, host in hosts.HOSTS.items():
        monkeypatch.setitem(hosts.HOSTS, name, loopback.at_loopback(host, _server))
    monkeypatch.setattr(client, "_TIMES", httpx.Timeout(0.3))
    monkeypatch.setattr(transport, "MAX_BODY", 2_000_000)
    monkeypatch.setattr(client, "MAX_BODY", 2_000_000)
    _server.fake = loopback.Fake()
    return _server.fake


@pytest.fixture
def clock() -> loopback.TestClock:
    return loopback.TestClock()
