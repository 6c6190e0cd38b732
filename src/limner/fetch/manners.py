"""How limner behaves towards other people's servers: how much at once, how often, and when it gives up."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Self
from urllib.request import getproxies, proxy_bypass

from limner.blocks import Scrape
from limner.errors import SourceError, Unreachable, short
from limner.fetch.urls import as_it_is

USER_AGENT = f"limner/{version('limner')} (builds a model of one face; fetches what its user's manifests name, once)"
CONNECT = 15.0
"""Seconds in which a connection must come about."""
SILENCE = 30.0
"""Seconds without a byte after which a server counts as stalled."""
DOUBT = 3
"""Connections that may fail before a host is given up that only optional manifests name, and answers that put limner
off before any host is: for more time than a file has, each of them or all together."""
PAUSE = 1.0
"""Seconds before the second try; doubled for each further one."""
BLINK, OUTAGE, RESTART = 2.0, 10.0, 30.0
"""Times `PAUSE` for which no connection comes about before a host is given up, however many were refused, which takes
no time at all: one that only optional manifests name, any other one, and one that answered before."""
LULL = 60.0
"""Seconds from when a busy host might be asked again, after which nobody wants anything of it: longer than limner's own
pauses between tries, which are part of the asking."""
LEAST = 1000.0
"""Bytes a second that must come, and stay, of a request that does not end in its time, or its host stalls; and come of
any body in each time of `SILENCE`."""
MOST_TOLD = 2000
"""Characters of a failure, which is kept for every row: servers may say, and redirect to, what is of any length."""

PUTS_OFF = {429: "429 (too many requests)", 503: "503 (service unavailable)"}
"""Statuses by which a host may ask for a time without requests; 503 does so only if it names how long."""


@dataclass(frozen=True)
class Manners:
    """What a server is spared, and what limner is."""

    connections: int
    """To one host at the same time."""
    delay: float
    """Seconds from one request to a host to the next."""
    tries: int
    """How often one file is asked for when the failure may pass. A try that brought further bytes counts as none."""
    max_seconds: float
    """For one file from one place: answers, bodies and the pauses between tries, but not the wait for its turn."""
    max_bytes: int
    """Of one file."""

    @classmethod
    def of(cls, options: Scrape) -> Self:
        """As the section `scrape` of params.yaml says."""
        return cls(
            options.connections, options.delay, options.tries, options.max_seconds, options.max_megabytes * 1_000_000
        )


class WebError(SourceError):
    """A url could not be had from its server; what it says begins with the url."""

    def __init__(self, why: str, *, status: int = 0, passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(short(why, MOST_TOLD))
        self.status = status
        """Of the answer; 0 if there was none."""
        self.passing = passing
        """Whether asking again may help."""
        self.wait = wait
        """Seconds that the server asks to wait before."""


class NoAnswer(WebError, Unreachable):
    """Not a byte came from the server."""


class Budget:
    """The seconds that one file may still take."""

    def __init__(self, seconds: float) -> None:
        self.all = self.left = seconds
        self._start = 0.0

    def __enter__(self) -> None:
        """Count the time that the block takes."""
        self._start = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.left -= time.monotonic() - self._start


class Host:
    """One server: who may ask it when, and whether it answers at all.

    Args:
        scheme: http or https; with `name` it decides the proxy, which the environment names.
        name: `host:port`, see `servers`.

    Raises:
        WebError: what the environment names as its proxy is none.
    """

    def __init__(self, scheme: str, name: str, manners: Manners) -> None:
        self.name = name
        self.delay = manners.delay
        self.proxy = None if proxy_bypass(name) else _proxy(scheme, name)
        self._patience = manners.tries * manners.connections
        self._longest = manners.max_seconds
        self.doubted = False
        """Whether nobody would miss it: then it is given up soon, unless it has answered before."""
        self.connections = asyncio.Semaphore(manners.connections)
        """To be held during each request."""
        self._free_at = 0.0
        self._silent = self._stalls = self._refusals = 0
        self._silent_from = self._silent_at = 0.0
        """When the first and the last of `_silent` connections in a row failed."""
        self._why = ""
        """What the last of them failed of."""
        self._asked = 0.0
        self._busy = 0
        """How often it put limner off and gave nothing between."""
        self._said: set[int] = set()
        """By which statuses."""
        self._busy_at = self._busy_for = 0.0
        """When it did so last, and for how long, but for the time in which nobody asked it."""
        self._lull_at = 0.0
        self.known = False
        """Whether it answered before."""

    async def turn(self, url: object) -> None:
        """Wait until the delay since the request before is over, and until it may be asked at all, however often it is
        put off meanwhile; unless the host is given up.

        Raises:
            WebError: it is.
        """
        self.refuse_if_gone(url)
        while (now := time.monotonic()) < self._free_at:
            await asyncio.sleep(self._free_at - now)
            self.refuse_if_gone(url)
        self._free_at = now + self.delay

    def rest(self, seconds: float, most: float, status: int) -> None:
        """It puts limner off: ask it nothing for as long as it wants, or `most`, all that the file asked for allows.

        Args:
            seconds: that it wants.
            most: seconds that the file may still take.
            status: of `PUTS_OFF`; whichever it is, a host that says nothing else is given up in the end.
        """
        now = time.monotonic()
        if self._busy and now < self._lull_at:
            self._busy_for += now - self._busy_at
        self._busy, self._busy_at = self._busy + 1, now
        self._said.add(status)
        if seconds > self._longest:
            self._refusals += 1
            self._asked = seconds
        self._free_at = max(self._free_at, now + min(seconds, most))
        self._lull_at = self._free_at + LULL

    def answered(self) -> None:
        """It is there."""
        self._silent, self.known = 0, True

    def gave(self) -> None:
        """It is not too busy: it answers another status, be it that there is no such file, or bytes of a body come."""
        self._refusals = self._busy = 0
        self._busy_for = 0.0
        self._said.clear()

    def done(self) -> None:
        """A request came to its end, whether that is a fine one or not."""
        self._stalls = 0

    def unreachable(self, why: str) -> None:
        """No connection came about. Nobody tries again for a moment, or all rows would use up their tries at once."""
        now = time.monotonic()
        if not self._silent or now - self._silent_at > LULL + self.delay:
            self._silent, self._silent_from = 0, now
        self._silent, self._silent_at, self._why = self._silent + 1, now, why
        self._free_at = max(self._free_at, now + pause(1, 0.0))

    def stalled(self) -> None:
        """Nothing, or next to nothing, came of an answer that did not end in its time."""
        self._stalls += 1

    def failure(self, url: object, why: str) -> WebError:
        """A request broke off, which may pass: of a host that never answered, it counts as if it were not there."""
        if self.known:
            return WebError(f"{url}: {why}", passing=True)
        self.unreachable(why)
        return NoAnswer(f"{url}: {why}", passing=True)

    def refuse_if_gone(self, url: object) -> None:
        """A host that is not there, stalls or wants to be left alone must not cost every row its whole patience.

        Raises:
            NoAnswer: no connection came about many times in a row, and for some time.
            WebError: it stalled many times in a row, or wants to be left alone for too long again and again, or gave
                nothing else while it was asked for as long as a file may take.
        """
        if self._refusals >= DOUBT:
            why = f"the host {self.name} asks to wait {self._asked:.0f} s, longer than scrape.max_seconds"
            raise WebError(f"{url}: {why}, and is not asked again")
        if self._busy >= DOUBT and self._busy_for > self._longest:
            said = " and ".join(PUTS_OFF[status] for status in sorted(self._said))
            why = f"the host {self.name} has answered nothing but {said} for {self._busy_for:.0f} s"
            raise WebError(f"{url}: {why}, and is not asked again")
        if self._stalls >= self._patience:
            raise WebError(f"{url}: the host {self.name} stalled {self._stalls} times in a row and is not asked again")
        times, pauses = self._patience, RESTART if self.known else OUTAGE
        if self.doubted and not self.known:
            times, pauses = DOUBT, BLINK
        if self._silent >= times and self._silent_at - self._silent_from >= pauses * PAUSE:
            why = f"the host {self.name} could not be reached {self._silent} times in a row: {self._why}"
            raise NoAnswer(f"{url}: {why}; it is not asked again")


class Request:
    """One request to a host, and what it brings."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._start = time.monotonic()
        self._kept = 0

    def brought(self, size: int, kept: bool) -> None:
        """Further bytes of a body; `kept`: a later request can go on behind them."""
        self._host.gave()
        self._kept += size if kept else 0

    def stalled(self) -> None:
        """It did not end in its time, which is no fault of the host if a good deal came: a large file takes more."""
        if self._kept > LEAST * (time.monotonic() - self._start):
            self._host.done()
        else:
            self._host.stalled()


def _proxy(scheme: str, name: str) -> str | None:
    """The one that the environment names for a scheme; without a scheme of its own it speaks HTTP, as curl has it."""
    named = getproxies().get(scheme)
    if not named:
        return None
    proxy = named if "://" in named else f"http://{named}"
    try:
        fine = as_it_is(proxy).host
    except ValueError:
        fine = None
    if not fine:  # what it names is not told: it may hold a password
        raise WebError(f"{scheme}://{name}: what the environment names for it, {scheme}_proxy, is no url of a proxy")
    return proxy


def pause(tries: int, wait: float) -> float:
    """Seconds to wait after so many tries: doubling, with jitter, and no less than the server asked for."""
    return max(wait, PAUSE * 2.0 ** (tries - 1) * random.uniform(0.5, 1.5))


def retry_after(text: str | None) -> float:
    """Seconds that a Retry-After header asks for, in seconds or as a date; 0 if it says nothing readable."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
        return max(0.0, when.replace(tzinfo=when.tzinfo or UTC).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0
