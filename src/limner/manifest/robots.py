"""robots.txt: what a host asks programs to leave alone, and how slowly it wants to be asked (RFC 9309)."""

import re
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
LOOKING = 120.0
"""Seconds after which no further picture is compared with the rules of its host: there may be as many of the ones as of
the others, and all of a page that people made take a few."""
AGENT = re.compile(r"(?i)\s*user[-\s]*agent[\s:]*([^#]*)")
"""A line that says for whom the next are, in any spelling that is understood."""


class Robots:
    """The rules of the hosts asked so far; each host's robots.txt is read once."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._rules: dict[str, Protego | str] = {}
        self._asking = Budget(PATIENCE)
        self._looking = Budget(LOOKING)
        self._size = 0

    def refusal(self, url: str, of_page: bool = True) -> str:
        """Why a url may not be asked for, as a sentence about it; empty if it may.

        Args:
            url: http or https.
            of_page: its host's rules are worth any time; otherwise there may be none left to ask for them, or to
                look at them.
        """
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host not in self._rules:
            if not of_page and self._asking.left <= 0:
                return f"its host is not asked what it allows: to ask those before took {PATIENCE:g} s"
            if not of_page and self._size > MOST_TEXT:
                return f"its host is not asked what it allows: those before said more than {MOST_TEXT / 1e6:g} MB"
            with self._asking:
                self._rules[host] = self._read(host)
        rules = self._rules[host]
        if isinstance(rules, str):
            return rules
        if not of_page and self._looking.left <= 0:
            return f"what its host allows is not looked at: to compare those before with the rules took {LOOKING:g} s"
        with self._looking:
            return "" if rules.can_fetch(url, NAME) else f"{host}/robots.txt asks programs to leave it alone"

    def _read(self, host: str) -> Protego | str:
        """The rules, or why there can be none."""
        try:
            text = _ours(self._web.read(f"{host}/robots.txt", most_bytes=1_000_000).text)
            self._size += len(text)
            rules = Protego.parse(text)
        except WebError as error:
            if 400 <= error.status < 500 and error.status != 429:  # there is none
                self._web.hosts.keep_apart(host, 0.0)
                return Protego.parse("")
            return f"its host cannot be asked what it allows ({error})"
        delay = _delay(rules)
        if delay > LONGEST_DELAY:
            return f"{host}/robots.txt asks for {delay:g} s between requests: at most {LONGEST_DELAY:g} are waited"
        self._web.hosts.keep_apart(host, delay)
        return rules


def _ours(text: str) -> str:
    """A robots.txt in which no other program is named: the reader keeps all rules of a group once for each that is, and
    of thousands of both it would not be done in hours."""
    return "\n".join("User-agent:" if _names_another(line) else line for line in text.splitlines())


def _names_another(line: str) -> bool:
    """Whether a line says that the next are for a program that is not this one, by `*` or the beginning of its name."""
    found = AGENT.match(line)
    return found is not None and not NAME.startswith(found[1].strip().lower().replace("*", ""))


def _delay(rules: Protego) -> float:
    """Seconds between requests; endlessly many where they are more than a computer counts."""
    rate = rules.request_rate(NAME)
    try:
        return max(rules.crawl_delay(NAME) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    except ArithmeticError:
        return inf
