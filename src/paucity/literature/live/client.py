"""One client for every host: within its rate, patient, bounded, and silent about keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from paucity import __version__
from paucity.literature.live.clock import Bucket, Clock, SystemClock, retry_after
from paucity.literature.live.faults import (
    LiveError,
    NoConnectionError,
    RefusedError,
    RetryError,
    StuckError,
    UnreachableError,
    quoted,
)
from paucity.literature.live.hosts import Host, identity
from paucity.literature.live.transport import MAX_BODY, read_body, safe, transport, without

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from paucity.literature.live.hosts import Identity

T = TypeVar("T")

AGENT: Final = f"paucity/{__version__}"
ATTEMPTS: Final = 6
"""How often one thing is asked before it is given up."""

CONNECTIONS: Final = 3
"""How often in a row a connection is tried before the host counts as out of reach."""

LONGEST_WAIT: Final = 300.0
"""Seconds that a host may ask to wait; beyond, the run ends and can be resumed."""

_TIMES: Final = httpx.Timeout(30.0, connect=15.0, read=60.0)
_PATIENCE: Final = 600.0
"""Seconds that one answer may take, however steadily it drips."""

_REDIRECTS: Final = 3
_SPENT: Final = re.compile(r"-\d+(?:\.\d+)?|0+(?:\.0+)?")
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a host, apart from who asks.

    Attributes:
        path: below the host's base.
        parameters: in order.
        post: send them in the body. Only E-utilities and Europe PMC take them there.
        room: bytes that the address of a later request may need beside these.
    """

    path: str
    parameters: tuple[tuple[str, str], ...]
    post: bool = False
    room: int = 0

    @property
    def method(self) -> str:
        """Return the method of HTTP."""
        return "POST" if self.post else "GET"


class Client:
    """Asks one host."""

    def __init__(
        self,
        host: Host,
        environ: Mapping[str, str],
        *,
        clock: Clock | None = None,
        most: int = MAX_BODY,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            host: whom.
            environ: where keys and the address come from.
            clock: tells the time; the machine's own if left out.
            most: bytes that one answer may have.

        Raises:
            LiveError: a key that is needed is missing or malformed.
        """
        self.host = host
        self.clock: Clock = clock or SystemClock()
        self._who: Identity = identity(host, environ)
        if host.required and not self._who.secrets:
            raise LiveError(
                f"{self.name} asks for a key: put it in the environment as {host.variable}"
            )
        self._most = most
        self._bucket = Bucket(self._who.rate, self.clock)
        self._http = httpx.Client(
            transport=transport(host.base, self._who),
            timeout=_TIMES,
            follow_redirects=False,
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip"},
        )

    @property
    def name(self) -> str:
        """Return the host's name in the network."""
        return urlsplit(self.host.base).hostname or self.host.base

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def fetch(self, request: Request, check: Callable[[bytes], T]) -> tuple[bytes, T]:
        """Ask until the answer is good.

        Args:
            request: what to ask.
            check: reads the body, or raises RetryError or RefusedError on what is no answer.

        Returns:
            The body as it came (a key or the address that the host repeats is taken out), and
            what `check` made of it.

        Raises:
            LiveError: no good answer came; one line that names the host and the last reason.
        """
        last: RetryError | None = None
        silent = 0
        for attempt in range(ATTEMPTS):
            if last is not None:
                self._wait(attempt, last)
            try:
                body = without(self._once(request), self._who)
                return body, check(body)
            except RetryError as error:
                last = error
                silent = silent + 1 if isinstance(error, NoConnectionError) else 0
                if silent == CONNECTIONS:
                    message = f"{self.name} could not be reached: {error.reason}"
                    raise UnreachableError(self._safe(message)) from None
            except RefusedError as error:
                raise RefusedError(self._safe(f"{self.name} {error}")) from None
        reason = last.reason if last else "no answer"
        message = f"{self.name} gave no good answer in {ATTEMPTS} attempts; the last was {reason}"
        kind = StuckError if last is not None and last.stuck else LiveError
        raise kind(self._safe(message)) from None

    def _wait(self, attempt: int, last: RetryError) -> None:
        """Wait as long as the host asks, or twice as long each time; never all at one moment."""
        asked = last.wait
        if asked is not None and asked > LONGEST_WAIT:
            message = f"{self.name} asks to wait {asked:,.0f} seconds: run the same command then"
            raise LiveError(message)
        seconds = float(2 ** (attempt - 1)) if asked is None else asked
        self.clock.sleep(seconds + self.clock.jitter() * max(1.0, seconds / 4))

    def _once(self, request: Request) -> bytes:
        url = urljoin(self.host.base, request.path)
        method, parameters = request.method, list(request.parameters)
        self._bounded(url, request)
        for _ in range(_REDIRECTS + 1):
            self._bucket.take()
            status, headers, body = self._exchange(method, url, parameters)
            if status not in {301, 302, 303, 307, 308}:
                self._judge(status, headers, body)
                return body
            url = self._followed(url, headers.get("location", ""))
            parameters = parameters if method == "POST" else []
        raise RefusedError("redirects without end")

    def _bounded(self, url: str, request: Request) -> None:
        """Refuse an address that the host would refuse, before anything is sent."""
        whole = f"{url}?{urlencode((*request.parameters, *self._who.parameters))}"
        longest = self.host.longest
        if longest and not request.post and len(whole) + request.room > longest:
            raise RefusedError(
                f"takes addresses of {longest:,} bytes, and with this query it has {len(whole):,}: "
                "shorten the strategy, or divide it into several searches"
            )

    def _exchange(
        self, method: str, url: str, parameters: list[tuple[str, str]]
    ) -> tuple[int, httpx.Headers, bytes]:
        post = method == "POST"
        content = urlencode(parameters).encode() if post else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if post else {}
        if not post and parameters:
            url = f"{url}?{urlencode(parameters)}"
        until = self.clock.now() + _PATIENCE
        try:
            with self._http.stream(method, url, content=content, headers=headers) as response:
                self._heed(response.headers)
                body = read_body(response, lambda: self.clock.now() > until, self._most)
                return response.status_code, response.headers, body
        except LiveError as error:
            raise LiveError(f"{self.name}: {error}") from None
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout):
                raise NoConnectionError("no connection in time") from None
            raise RetryError("an answer that did not come in time") from None
        except httpx.RemoteProtocolError:
            raise RetryError("an answer that is cut short") from None
        except httpx.TransportError as error:
            if isinstance(error, httpx.ConnectError | httpx.ProxyError):
                raise NoConnectionError(f"no connection ({_cause(error)})") from None
            raise RetryError(f"a connection that broke off ({_cause(error)})") from None
        except (httpx.InvalidURL, httpx.HTTPError):
            raise RefusedError("gives an address that cannot be read") from None

    def _heed(self, headers: httpx.Headers) -> None:
        """Keep to the rate that the host states with its answers (Crossref does)."""
        limit = headers.get("x-rate-limit-limit", "")
        interval = headers.get("x-rate-limit-interval", "").removesuffix("s")
        if limit.isdigit() and interval.isdigit() and int(limit) and int(interval):
            self._bucket.slow(int(limit) / int(interval))

    def _followed(self, url: str, location: str) -> str:
        """Return where a redirect leads, if that is the same host, asked the same way."""
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        where = quoted(new.hostname or "nowhere")
        if not location or old.hostname != new.hostname:
            raise RefusedError(f"redirects to another host, {where}, which is not followed")
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            way = "without encryption" if new.scheme == "http" else "by another way"
            raise RefusedError(f"redirects to {where} {way}, which is not followed")
        ours = {name for name, _ in self._who.parameters}  # repeated by the host; added again
        pairs = [p for p in parse_qsl(new.query, keep_blank_values=True) if p[0] not in ours]
        return new._replace(query=urlencode(pairs), fragment="").geturl()

    def _judge(self, status: int, headers: httpx.Headers, body: bytes) -> None:
        if status == 200:
            return
        said = quoted(safe(body[:400].decode("utf-8", "replace"), self._who))
        if status in _AGAIN or status in self.host.busy:
            raise RetryError(f"status {status}", self._asked_to_wait(headers))
        if status in {401, 403} and self.host.variable:
            raise RefusedError(f"refuses (status {status}): look at {self.host.variable}; {said}")
        raise RefusedError(f"refuses (status {status}): {said}")

    def _asked_to_wait(self, headers: httpx.Headers) -> float | None:
        """Return the seconds that the host asks to wait; None if it does not say."""
        wait = retry_after(headers.get("retry-after", ""), self.clock)
        left = headers.get("x-ratelimit-remaining", "").strip()
        if wait is None and self.host.renewed and _SPENT.fullmatch(left):
            wait = retry_after(headers.get(self.host.renewed, ""), self.clock)
        return wait

    def _safe(self, text: str) -> str:
        return safe(text, self._who)


def _cause(error: httpx.TransportError) -> str:
    """Return the reason of the system in a few words, without addresses."""
    text = str(error).rpartition("]")[2].strip().lower()
    return quoted(text).strip("`") or type(error).__name__
