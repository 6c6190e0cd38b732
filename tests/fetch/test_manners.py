"""When a host is given up, by a clock that runs as the tests say."""

import pytest

from limner.fetch import manners
from limner.fetch.manners import Host, Manners, WebError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(manners.time, "monotonic", made)
    return made


@pytest.fixture
def host(clock: Clock) -> Host:
    return Host("http", "host", Manners(connections=6, delay=0.0, tries=4, max_seconds=600.0, max_bytes=1))


def busy(host: Host, wait: float, times: int = 6) -> None:
    """As many answers as there are connections."""
    for _ in range(times):
        host.rest(wait, 600.0)
        host.done(fine=False)


@pytest.mark.parametrize(("wait", "rounds"), [(600, 2), (300, 3), (60, 11), (5, 119)])
def test_a_host_that_answers_nothing_but_429(host: Host, clock: Clock, wait: float, rounds: int) -> None:
    for _ in range(rounds):
        host.refuse_if_gone("url")
        busy(host, wait)
        clock.now += wait + 0.1
    with pytest.raises(WebError, match=r"url: the host host has answered nothing but 429 .* for 60\d s"):
        host.refuse_if_gone("url")


@pytest.mark.parametrize("wait", [0, 1, 60, 550])
def test_a_fine_answer_now_and_then_is_enough(host: Host, clock: Clock, wait: float) -> None:
    for _ in range(1000):
        busy(host, wait)
        clock.now += wait + 0.1
        host.refuse_if_gone("url")
        host.done(fine=True)


def test_many_answers_at_once_are_not_held_against_a_busy_host(host: Host, clock: Clock) -> None:
    """256 files are asked for at once, and some servers name no time to wait."""
    busy(host, 0, times=256)
    host.refuse_if_gone("url")


def test_a_second_429_after_a_long_time_says_little(host: Host, clock: Clock) -> None:
    busy(host, 1, times=1)
    clock.now = 10_000
    busy(host, 1, times=1)
    host.refuse_if_gone("url")
