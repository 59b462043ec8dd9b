"""The last step before the network: the key is added here, and bodies are read within bounds."""

from __future__ import annotations

import logging
import re
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from paucity.literature.live.faults import LiveError, RetryError
from paucity.literature.live.hosts import REMOVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from paucity.literature.live.hosts import Identity

MAX_BODY: Final = 128_000_000
"""Most unpacked bytes of one answer; a page of 500 full records has under 10 million."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


class _Redacted(logging.Filter):
    """Take keys and address out of what the libraries log: a host may repeat them in a header."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self._identity = identity

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        clean = safe(said, self._identity)
        if clean != said:
            record.msg, record.args = clean, ()
        return True


class Keyed(httpx.BaseTransport):
    """Send each request with what names the asker.

    The request that httpx logs, and that its exceptions carry, is the one without.
    """

    def __init__(self, inner: httpx.BaseTransport, identity: Identity) -> None:
        self._inner = inner
        self._identity = identity
        self._filter = _Redacted(identity)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self._filter)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        added = urlencode(self._identity.parameters)
        url, content = request.url, request.read()
        headers = {k: v for k, v in request.headers.items() if k != "content-length"}
        if request.method == "POST":
            content = b"&".join(filter(None, (content, added.encode())))
        elif added:
            query = "&".join(filter(None, (url.query.decode("ascii"), added)))
            url = url.copy_with(query=query.encode("ascii"))
        sent = httpx.Request(
            request.method,
            url,
            headers=headers,
            content=content or None,
            extensions=request.extensions,
        )
        return self._inner.handle_request(sent)

    def close(self) -> None:
        self._inner.close()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._filter)


def transport(base: str, identity: Identity) -> httpx.BaseTransport:
    """Return the way to a host: encrypted, or on this machine.

    The system's proxy is used if there is one, as a browser does.

    Raises:
        LiveError: the address would send what is asked, and a key, in the clear.
    """
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme != "https" and host not in _LOOPBACK:
        raise LiveError(f"{host} is not asked without encryption: its address must begin https://")
    proxy = None
    if host not in _LOOPBACK and not proxy_bypass(host):
        proxy = getproxies().get(parts.scheme)
    return Keyed(httpx.HTTPTransport(proxy=proxy, retries=0), identity)


def read_body(response: httpx.Response, late: Callable[[], bool], most: int = MAX_BODY) -> bytes:
    """Return the unpacked body of an answer.

    Args:
        response: whose body has not been read.
        late: tells whether the time for it has run out.
        most: bytes it may have.

    Raises:
        RetryError: it is cut short, damaged or slow.
        LiveError: it is larger than any answer should be.
    """
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", ""}:
        raise RetryError("an answer packed in a way that was not asked for")
    unpack = zlib.decompressobj(wbits=31) if coding == "gzip" else None
    out = bytearray()
    for chunk in response.iter_raw():
        if late():
            raise RetryError("an answer that does not come to its end in time")
        out += chunk if unpack is None else _unpacked(unpack, chunk, most + 1 - len(out))
        if len(out) > most:
            raise LiveError(f"an answer of more than {most:,} bytes is not read")
    if unpack is not None and not unpack.eof:
        raise RetryError("an answer that is cut short")
    return bytes(out)


def _unpacked(unpack: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    """Unpack no more than there is room for, so that no answer fills the memory."""
    try:
        return unpack.decompress(chunk, max(1, room))
    except zlib.error:
        raise RetryError("an answer whose packing is damaged") from None


def without(data: bytes, identity: Identity) -> bytes:
    """Return an answer without the keys, and without the address where it repeats the request.

    An address that stands elsewhere is an author's, and part of the record.

    >>> from paucity.literature.live.hosts import Identity
    >>> who = Identity((), ("abcd1234",), 1, ("mailto", "a@b.org"))
    >>> without(b'{"api-key":"abcd1234","mailto":"a@b.org","author":"a@b.org"}', who)
    b'{"api-key":"[key removed]","mailto":"[address removed]","author":"a@b.org"}'
    """
    for secret in identity.secrets:
        for form in _forms(secret):
            data = data.replace(form.encode(), REMOVED[0])
    if identity.address:
        name, value = identity.address
        forms = b"|".join(re.escape(form.encode()) for form in _forms(value))
        before = rb"(\b%s(?:=|%%3D|\\?\"\s*:\s*\[?\s*\\?\"))" % re.escape(name.encode())
        data = re.sub(before + rb"(?:%s)" % forms, rb"\1" + REMOVED[1], data, flags=re.IGNORECASE)
    return data


def safe(text: str, identity: Identity) -> str:
    """Return text for a message or a log: neither keys nor the address are in it."""
    data = without(text.encode("utf-8", "replace"), identity)
    for form in _forms(identity.address[1]) if identity.address else ():
        data = data.replace(form.encode(), REMOVED[1])
    return data.decode()


def _forms(value: str) -> list[str]:
    """Return how a value may be written in an address or an answer, the longest first."""
    written = (value, quote(value, safe=""), quote_plus(value))
    return sorted({*written, *map(str.lower, written)}, key=lambda form: (-len(form), form))
