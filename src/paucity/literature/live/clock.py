"""Time as the client sees it, and how it keeps within a host's rate."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom
from typing import Protocol


class Clock(Protocol):
    """What the client needs of time; tests bring their own."""

    def now(self) -> float:
        """Return seconds that only ever grow."""
        ...

    def utc(self) -> datetime:
        """Return the date and time in UTC."""
        ...

    def today(self) -> date:
        """Return the day of a run, where the machine stands."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def jitter(self) -> float:
        """Return a number from 0 to below 1 that differs from machine to machine."""
        ...


class SystemClock:
    """The machine's own time."""

    def __init__(self) -> None:
        self._chance = SystemRandom()

    def now(self) -> float:
        return time.monotonic()

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return datetime.now().astimezone().date()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def jitter(self) -> float:
        return self._chance.random()


class Bucket:
    """A token bucket that holds one token: requests are spaced evenly, with no burst.

    With a larger bucket, a burst after a pause would pass twice the rate within one second.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        """Begin with a token.

        Args:
            rate: requests per second.
            clock: tells the time.
        """
        self.rate = rate
        self._clock = clock
        self._next = clock.now()

    def slow(self, rate: float) -> None:
        """Keep to a rate that the host states, if it is lower."""
        if 0 < rate < self.rate:
            self.rate = rate

    def take(self) -> None:
        """Wait for a token and take it."""
        wait = self._next - self._clock.now()
        if wait > 0:
            self._clock.sleep(wait)
        self._next = max(self._next, self._clock.now()) + 1 / self.rate


def retry_after(text: str, clock: Clock) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for; None if it cannot be read.

    Either form of RFC 9110, section 10.2.3, is read: seconds, and a date.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - clock.utc()).total_seconds())
