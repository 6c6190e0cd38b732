"""How much memory a benchmark and what it starts hold at most."""

import threading
import time

import psutil


class Peaks(threading.Thread):
    """Looks ten times a second at how much memory this process and its descendants hold; pages they share count for
    each. Start it once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.largest = self.all = 0.0
        """MB: of this process, of its largest descendant, and of all of them together."""

    def run(self) -> None:
        me = psutil.Process()
        while True:
            own, others = me.memory_info().rss / 1e6, [0.0]
            for child in me.children(recursive=True):
                try:
                    others.append(child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue  # it has just ended
            self.own, self.largest = max(self.own, own), max(self.largest, *others)
            self.all = max(self.all, own + sum(others))
            time.sleep(0.1)
