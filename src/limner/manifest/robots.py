"""robots.txt: what a host asks programs to leave alone, and how slowly it wants to be asked (RFC 9309)."""

from math import inf
from urllib.parse import urlsplit

from protego import Protego

from limner.fetch.manners import Budget, WebError
from limner.fetch.web import Web

NAME = "limner"
"""By which a robots.txt may speak to this program."""
LONGEST_DELAY = 120.0
"""Seconds between requests above which a host counts as not wanting to be asked."""
PATIENCE = 600.0
"""Seconds after which no further host is asked for its rules, but for those of pages: a page may show pictures of
thousands of hosts that do not answer."""
MOST_TEXT = 20_000_000
"""Characters of all robots.txt together, likewise: their rules are kept, and take up to twenty times as many bytes."""


class Robots:
    """The rules of the hosts asked so far; each host's robots.txt is read once."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._rules: dict[str, Protego | str] = {}
        self._budget = Budget(PATIENCE)
        self._size = 0

    def refusal(self, url: str, of_page: bool = True) -> str:
        """Why a url may not be asked for, as a sentence about it; empty if it may.

        Args:
            url: http or https.
            of_page: its host's rules are worth any time; otherwise there may be none left to ask for them.
        """
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            if not of_page and self._budget.left <= 0:
                return f"its host is not asked what it allows: to ask those before took {PATIENCE:g} s"
            if not of_page and self._size > MOST_TEXT:
                return (
                    f"its host is not asked what it allows: those before wrote more than {MOST_TEXT / 1e6:g} MB of it"
                )
            with self._budget:
                self._rules[host] = self._read(host)
        rules = self._rules[host]
        if isinstance(rules, str):
            return rules
        return "" if rules.can_fetch(url, NAME) else f"{host}/robots.txt asks programs to leave it alone"

    def _read(self, host: str) -> Protego | str:
        """The rules, or why there can be none."""
        try:
            text = self._web.read(f"{host}/robots.txt", most_bytes=1_000_000).text
            self._size += len(text)
            rules = Protego.parse(text)
        except WebError as error:
            if 400 <= error.status < 500 and error.status != 429:  # there is none
                return Protego.parse("")
            return f"its host cannot be asked what it allows ({error})"
        delay = _delay(rules)
        if delay > LONGEST_DELAY:
            return f"{host}/robots.txt asks for {delay:g} s between requests: at most {LONGEST_DELAY:g} are waited"
        if delay > 0:
            self._web.hosts.keep_apart(host, delay)
        return rules


def _delay(rules: Protego) -> float:
    """Seconds between requests; endlessly many where they are more than a computer counts."""
    rate = rules.request_rate(NAME)
    try:
        return max(rules.crawl_delay(NAME) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    except ArithmeticError:
        return inf
