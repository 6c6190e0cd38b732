"""Files by way of fsspec: how long they may take, how often they are asked for, and whose fault it is."""

import errno
import io
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.exceptions import FSTimeoutError
from fsspec.spec import AbstractFileSystem

from limner.errors import SourceError
from limner.fetch import manners
from limner.fetch.downloads import Downloads, Wanted
from tests.sites import options


class Odd(AbstractFileSystem):  # type: ignore[misc]
    """Files that come as a test says."""

    protocol = "odd"
    cachable = False
    asked = 0
    answer: Callable[[], bytes]

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        type(self).asked += 1
        return io.BytesIO(type(self).answer())


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> type[Odd]:
    """Its filesystem, which nobody has asked yet."""
    fsspec.register_implementation("odd", Odd, clobber=True)
    Odd.asked = 0
    return Odd


PASSING = [ConnectionResetError(), TimeoutError(errno.ETIMEDOUT, "Connection timed out"), FSTimeoutError()]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_a_connection_that_broke_is_tried_again(project: Path, odd: type[Odd], error: Exception) -> None:
    def answer() -> bytes:
        if odd.asked < 3:
            raise error
        return b"it"

    odd.answer = staticmethod(answer)
    with Downloads(options(tries=3)) as downloads:
        assert downloads.fetch(Wanted(("odd://a",))).path.read_bytes() == b"it"


def test_a_time_that_is_over_is_that_of_whoever_set_it(project: Path, odd: type[Odd]) -> None:
    def answer() -> bytes:
        raise PASSING[1]

    odd.answer = staticmethod(answer)
    with Downloads(options(tries=2)) as downloads, pytest.raises(SourceError) as caught:
        downloads.fetch(Wanted(("odd://a",)))
    assert "Connection timed out" in str(caught.value)
    assert "scrape.max_seconds" not in str(caught.value)
    assert odd.asked == 2


def test_all_tries_together_have_the_time_of_one_file(
    project: Path, odd: type[Odd], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.0001)

    def answer() -> bytes:
        time.sleep(0.2)
        raise ConnectionResetError

    odd.answer = staticmethod(answer)
    with Downloads(options(tries=9, max_seconds=0.5)) as downloads:
        with pytest.raises(SourceError, match=r"it did not come within 0.5 s \(scrape.max_seconds\)"):
            downloads.fetch(Wanted(("odd://a",)))
        assert odd.asked == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE])
def test_a_full_disk_is_no_fault_of_the_source(project: Path, odd: type[Odd], number: int) -> None:
    def answer() -> bytes:
        raise OSError(number, os.strerror(number))

    odd.answer = staticmethod(answer)
    with Downloads(options()) as downloads, pytest.raises(OSError, match=os.strerror(number)):
        downloads.fetch(Wanted(("odd://a",)))
    assert odd.asked == 1


def test_other_errors_are_told_in_its_words(project: Path, odd: type[Odd]) -> None:
    def answer() -> bytes:
        raise PermissionError(errno.EACCES, "not yours")

    odd.answer = staticmethod(answer)
    with Downloads(options()) as downloads, pytest.raises(SourceError, match=r"odd://a: .*not yours"):
        downloads.fetch(Wanted(("odd://a",)))
