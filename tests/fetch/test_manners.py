"""When a host is given up, by a clock that runs as the tests say."""

import asyncio
from contextlib import nullcontext

import pytest

from limner.fetch import manners
from limner.fetch.manners import Host, Manners, NoAnswer, Request, WebError

from .conftest import Clock


@pytest.fixture
def host(clock: Clock) -> Host:
    return Host("http", "host", Manners(connections=6, delay=0.0, tries=4, max_seconds=600.0, max_bytes=1))


def busy(host: Host, wait: float, times: int = 6, status: int = 429) -> None:
    """As many answers as there are connections."""
    for _ in range(times):
        host.rest(wait, 600.0, status)
        host.done()


@pytest.mark.parametrize(("wait", "rounds"), [(600, 2), (300, 3), (60, 11), (5, 119)])
@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ((429,), r"429 \(too many requests\)"),
        ((503,), r"503 \(service unavailable\)"),
        ((503, 429), r"429 \(too many requests\) and 503 \(service unavailable\)"),
    ],
)
def test_a_host_that_only_ever_puts_limner_off(
    host: Host, clock: Clock, wait: float, rounds: int, statuses: tuple[int, ...], words: str
) -> None:
    for k in range(rounds):
        host.refuse_if_gone("url")
        busy(host, wait, status=statuses[k % len(statuses)])
        clock.now += wait + 0.1
    with pytest.raises(WebError, match=rf"url: the host host has answered nothing but {words} for 60\d s"):
        host.refuse_if_gone("url")


def test_whoever_waits_for_a_host_waits_on_when_it_is_put_off_further(
    host: Host, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        clock.now += seconds
        slept.append(seconds)
        if len(slept) == 1:  # an answer to another file
            host.rest(100, 600.0, 503)

    monkeypatch.setattr(manners.asyncio, "sleep", sleep)
    host.rest(10, 600.0, 429)
    asyncio.run(host.turn("url"))
    assert slept == [10, 100]


def test_those_who_wait_for_a_host_ask_it_one_after_the_other(
    host: Host, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(manners.asyncio, "sleep", sleep)
    host.delay = 2.0
    times = []
    for _ in range(4):
        asyncio.run(host.turn("url"))
        times.append(clock.now)
    assert times == [0, 2, 4, 6]


@pytest.mark.parametrize("wait", [0, 1, 60, 550])
def test_a_fine_answer_now_and_then_is_enough(host: Host, clock: Clock, wait: float) -> None:
    for _ in range(1000):
        busy(host, wait)
        clock.now += wait + 0.1
        host.refuse_if_gone("url")
        host.gave()
        host.done()


def test_many_answers_at_once_are_not_held_against_a_busy_host(host: Host, clock: Clock) -> None:
    """256 files are asked for at once, and some servers name no time to wait."""
    busy(host, 0, times=256)
    host.refuse_if_gone("url")


def test_a_second_429_after_a_long_time_says_little(host: Host, clock: Clock) -> None:
    busy(host, 1, times=1)
    clock.now = 10_000
    busy(host, 1, times=1)
    host.refuse_if_gone("url")


def test_time_in_which_nobody_asks_is_not_held_against_a_busy_host(host: Host, clock: Clock) -> None:
    """One row is put off four times within seconds; then only other hosts are asked for a while."""
    for _ in range(5):
        for wait in (1, 2, 4, 1):
            busy(host, 0, times=1)
            clock.now += wait
        host.refuse_if_gone("url")
        clock.now += 700
    busy(host, 1, times=1)
    host.refuse_if_gone("url")


def test_rows_put_off_again_and_again_add_up(host: Host, clock: Clock) -> None:
    """However long the pauses between them: 429 is all that it ever said."""
    for _ in range(100):
        for wait in (1, 2, 4, 1):
            busy(host, 0, times=1)
            clock.now += wait
        clock.now += 700
    with pytest.raises(WebError, match=r"answered nothing but 429 .* for 700 s"):
        host.refuse_if_gone("url")


def test_limner_s_own_pauses_are_part_of_the_asking(host: Host, clock: Clock) -> None:
    """The server names no time to wait, and there is but one row at a time."""
    for _ in range(102):
        host.refuse_if_gone("url")
        busy(host, 0, times=1)
        clock.now += 6
    with pytest.raises(WebError, match=r"answered nothing but 429 .* for 606 s"):
        host.refuse_if_gone("url")


@pytest.mark.parametrize("wait", [0, 60, 700])
def test_bytes_of_a_body_are_an_answer(host: Host, clock: Clock, wait: float) -> None:
    film = Request(host)
    for _ in range(100):
        busy(host, wait, times=2)
        clock.now += 60
        film.brought(1, kept=False)
        host.refuse_if_gone("url")


@pytest.mark.parametrize(
    ("rate", "kept", "gone"), [(0, True, True), (900, True, True), (1100, True, False), (1100, False, True)]
)
def test_a_host_stalls_that_brings_too_little_to_keep(
    host: Host, clock: Clock, rate: int, kept: bool, gone: bool
) -> None:
    for _ in range(24):
        host.refuse_if_gone("url")
        film = Request(host)
        clock.now += 600
        film.brought(600 * rate, kept)
        film.stalled()
    with pytest.raises(WebError, match="stalled 24 times in a row") if gone else nullcontext():
        host.refuse_if_gone("url")


def silent(host: Host, clock: Clock, rounds: int, seconds: float = 1.0) -> None:
    """So many rounds of as many refused connections as there are at a time."""
    for _ in range(rounds):
        for _ in range(6):
            host.unreachable("no connection to h:80: Connection refused")
        clock.now += seconds


GIVEN_UP = r"url: the host host could not be reached \d+ times in a row: no connection to h:80: Connection refused;"


@pytest.mark.parametrize(("doubted", "known", "seconds"), [(False, False, 10), (True, False, 2), (True, True, 30)])
def test_a_host_is_given_up_when_it_was_silent_often_and_for_some_time(
    host: Host, clock: Clock, doubted: bool, known: bool, seconds: int
) -> None:
    host.doubted, host.known = doubted, known
    silent(host, clock, 100, 0.0)
    for _ in range(seconds):
        host.refuse_if_gone("url")
        silent(host, clock, 1)
    host.refuse_if_gone("url")
    silent(host, clock, 1)
    with pytest.raises(NoAnswer, match=GIVEN_UP):
        host.refuse_if_gone("url")


def test_a_host_of_which_few_connections_failed_is_not_given_up(host: Host, clock: Clock) -> None:
    silent(host, clock, 3, 15.0)
    host.refuse_if_gone("url")
    silent(host, clock, 1)
    with pytest.raises(NoAnswer, match=GIVEN_UP):
        host.refuse_if_gone("url")


def test_time_in_which_nobody_asks_is_not_held_against_a_silent_host(host: Host, clock: Clock) -> None:
    for _ in range(20):
        silent(host, clock, 8)
        host.refuse_if_gone("url")
        clock.now += 3600
    silent(host, clock, 11)
    with pytest.raises(NoAnswer, match=GIVEN_UP):
        host.refuse_if_gone("url")


def test_nobody_asks_a_silent_host_for_a_moment(host: Host, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr(manners.asyncio, "sleep", sleep)
    host.unreachable("why")
    asyncio.run(host.turn("url"))
    assert 0.5 <= clock.now <= 1.5
