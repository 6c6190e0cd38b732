"""The fixtures of tests that fetch: a project of their own, servers on this machine, and a clock."""

import pytest

from limner.fetch import manners
from tests.sites import downloads, project, run, server, wiki

__all__ = ["Clock", "clock", "downloads", "project", "run", "server", "wiki"]


class Clock:
    """Stands still until a test moves it on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """By which this process measures how long something takes."""
    made = Clock()
    monkeypatch.setattr(manners.time, "monotonic", made)
    return made
