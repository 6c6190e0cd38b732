"""What is remembered of urls: the content each had, and the version its server called it; and how slowly hosts want
to be asked."""

import errno
import os
import sqlite3
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from limner.errors import LimnerError
from limner.fetch.partial import Validator


@dataclass(frozen=True, slots=True)
class Note:
    """What came from a url."""

    sha256: str
    validator: Validator


class Notes:
    """Tables on disk, by url and by host; several processes may share them."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._new = deque[tuple[str, str, str, str]]()
        try:
            self._base = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
            # Not WAL, which network file systems lack. Notes are lost where the power fails, and come again.
            self._base.execute("PRAGMA journal_mode = PERSIST")
            self._base.execute("PRAGMA synchronous = OFF")
            self._base.execute(
                "CREATE TABLE IF NOT EXISTS notes (url TEXT PRIMARY KEY, sha256 TEXT, etag TEXT, modified TEXT)"
                " WITHOUT ROWID"
            )
            self._base.execute("CREATE TABLE IF NOT EXISTS delays (host TEXT PRIMARY KEY, seconds REAL) WITHOUT ROWID")
        except sqlite3.Error as error:
            raise self._spoilt(error) from error

    def get(self, url: str) -> Note | None:
        """What is known of a url."""
        try:
            with self._lock:
                ask = "SELECT sha256, etag, modified FROM notes WHERE url = ?"
                row = self._base.execute(ask, (url,)).fetchone()
        except sqlite3.Error as error:
            raise self._spoilt(error) from error
        return Note(row[0], Validator(row[1], row[2])) if row else None

    def put(self, url: str, note: Note) -> None:
        """Remember this of a url, in place of what was known, as soon as `write` has returned."""
        self._new.append((url, note.sha256, note.validator.etag, note.validator.modified))

    def write(self) -> None:
        """Have what was put so far there for good. Many notes at once take hardly longer than one."""
        with self._lock:  # so that whoever finds his note taken by another thread waits for it
            rows = [self._new.popleft() for _ in range(len(self._new))]
            if not rows:
                return
            try:
                with self._base:
                    self._base.execute("BEGIN IMMEDIATE")
                    self._base.executemany("REPLACE INTO notes VALUES (?, ?, ?, ?)", rows)
            except sqlite3.Error as error:
                self._new.extend(rows)
                raise self._spoilt(error) from error

    def drop(self, url: str) -> None:
        """Remember nothing of a url any more."""
        self.write()
        try:
            with self._lock, self._base:
                self._base.execute("DELETE FROM notes WHERE url = ?", (url,))
        except sqlite3.Error as error:
            raise self._spoilt(error) from error

    def delays(self) -> dict[str, float]:
        """By host, the seconds between two requests that it asked for."""
        try:
            with self._lock:
                return dict(self._base.execute("SELECT host, seconds FROM delays"))
        except sqlite3.Error as error:
            raise self._spoilt(error) from error

    def put_delay(self, host: str, seconds: float) -> None:
        """Remember this of a host, for good; nothing if it is 0."""
        try:
            with self._lock, self._base:
                if seconds:
                    self._base.execute("REPLACE INTO delays VALUES (?, ?)", (host, seconds))
                else:
                    self._base.execute("DELETE FROM delays WHERE host = ?", (host,))
        except sqlite3.Error as error:
            raise self._spoilt(error) from error

    def close(self) -> None:
        """Nothing is asked any more."""
        self._base.close()

    def _spoilt(self, error: sqlite3.Error) -> Exception:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        if name.startswith("SQLITE_CANTOPEN"):  # which says nothing of what is in it: no file may be opened any more
            return LimnerError(f"{self._path}, limner's memory of downloads, cannot be opened ({error})")
        return LimnerError(f"{self._path}, limner's memory of downloads, cannot be used ({error}): delete it")
