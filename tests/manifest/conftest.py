"""The fixtures of tests that fetch: a project of their own, and servers on this machine."""

from tests.sites import downloads, project, run, server, wiki

__all__ = ["downloads", "project", "run", "server", "wiki"]
