"""How slowly hosts want to be asked, which their robots.txt told once and every later run keeps to."""

from limner.fetch.notes import Notes


class Delays:
    """Seconds between two requests, by host (`host:port`, see `servers`).

    Args:
        notes: where they are remembered; without any they are for one run.
    """

    def __init__(self, notes: Notes | None = None) -> None:
        self._notes = notes
        self._known = notes.delays() if notes else {}  # all at once: there are few, and rows are many

    def of(self, host: str) -> float:
        """Those of a host; 0 if nothing is known of it."""
        return self._known.get(host, 0.0)

    def put(self, host: str, seconds: float) -> None:
        """Remember these in place of what was known; 0: the host asks for none."""
        if seconds != self.of(host):
            self._known[host] = seconds
            if self._notes:
                self._notes.put_delay(host, seconds)
