"""A project in a temporary folder with its own cache, and a real http server on this machine."""

import csv
import hashlib
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from PIL import Image as Pillow
from typer.testing import CliRunner

from limner.blocks import Scrape
from limner.cli import app
from limner.fetch import manners
from limner.fetch.downloads import Downloads
from tests.manifest.wiki import Wiki, wiki_serving

OPTIONS = Scrape(
    mirrors={},
    max_failures=0,
    near_duplicate=3.0,
    neighbours=1,
    block_seconds=1.5,
    connections=6,
    delay=0.0,
    tries=3,
    max_seconds=20.0,
    max_megabytes=5,
    allow_unlicensed=True,
)


def options(**changed: object) -> Scrape:
    """The section `scrape` as the tests have it, but for what is `changed`."""
    return Scrape(**{**vars(OPTIONS), **changed})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working folder; no model files are asked for."""
    folder = tmp_path / "project"
    (folder / "data" / "manifests").mkdir(parents=True)
    (folder / "data" / "manifests" / "models.csv").write_text("name,file,sha256,url,mirror,license\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    return folder


Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """What to answer by path, and what was asked. It speaks HTTP/1.1: connections stay open, ranges are given."""

    url: str
    bodies: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Answers to give before the body, one a request."""
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each answer; an ETag or Last-Modified is also obeyed."""
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    """What to do in place of an answer, one a request."""
    asked: list[str] = field(default_factory=list)
    requests: list[Message] = field(default_factory=list)
    """The headers of each."""


def cut(size: int) -> Answer:
    """The body ends, and the connection with it, after `size` bytes, although more were announced."""

    def answer(handler: Any) -> None:
        handler.give(handler.known.bodies[handler.path], most=size)
        handler.close_connection = True

    return answer


def reset(handler: BaseHTTPRequestHandler) -> None:
    """The connection is broken off in place of an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    known: Server

    def do_GET(self) -> None:
        self.known.asked.append(self.path)
        self.known.requests.append(self.headers)
        if todo := self.known.answers.get(self.path):
            todo.pop(0)(self)
            return
        body = self.known.bodies.get(self.path)
        first = self.known.statuses.get(self.path, [])
        status = first.pop(0) if first else 404 if body is None else 200
        if status == 200 and body is not None:
            self.give(body)
        else:
            self.give(b"sorry", status)

    def give(self, body: bytes, status: int = 200, most: int | None = None) -> None:
        """Answer with a body, or with the part of it that was asked for; `most`: only its first bytes are sent."""
        given = self.known.headers.get(self.path, {})
        version = given.get("ETag") or given.get("Last-Modified", "")
        start = 0
        if status == 200 and version and version in (self.headers["If-None-Match"], self.headers["If-Modified-Since"]):
            status, body = 304, b""
        elif status == 200 and self.headers["Range"] and self.headers["If-Range"] in (version, None):
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            status = 206
        self.send_response(status)
        for name, value in given.items():
            self.send_header(name, value)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start:] if most is None else body[start:most])

    def log_message(self, *_: object) -> None:
        pass


class Httpd(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news here."""


@contextmanager
def serving() -> Iterator[Server]:
    """A loopback server; requests run in threads of this process."""
    handler = type("Bound", (Handler,), {})
    httpd = Httpd(("127.0.0.1", 0), handler)
    known = handler.known = Server(f"http://127.0.0.1:{httpd.server_port}")
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield known
    finally:
        httpd.shutdown()
        httpd.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """One server of this test's own."""
    with serving() as known:
        yield known


@pytest.fixture
def downloads(project: Path) -> Iterator[Downloads]:
    """Downloads with the tests' options."""
    with Downloads(OPTIONS) as made:
        yield made


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    """A wiki of this test's own."""
    with wiki_serving() as known:
        yield known


Run = Callable[..., Result]


@pytest.fixture
def run(project: Path, root: Path) -> Run:
    """`limner manifest`, with its arguments, in the project and with the real params.yaml."""
    shutil.copy(root / "params.yaml", "params.yaml")
    return lambda *words: CliRunner().invoke(app, ["manifest", *map(str, words)])


def manifest(name: str, rows: list[dict[str, object]]) -> str:
    """Write a manifest in the current project."""
    path = Path("data/manifests") / name
    names = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(names))
        writer.writeheader()
        writer.writerows(rows)
    return path.as_posix()


def scene(seed: int, width: int = 96, height: int = 64, detail: int = 1) -> Pillow.Image:
    """A smooth picture in colour, unlike that of any other seed."""
    small = np.random.default_rng(seed).integers(0, 256, (6 * detail, 8 * detail, 3), dtype=np.uint8)
    return Pillow.fromarray(small).resize((width, height), Pillow.Resampling.BICUBIC)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV as they stand there."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def digest(body: bytes) -> str:
    """The sha256 of some bytes."""
    return hashlib.sha256(body).hexdigest()


def touch(*names: str) -> None:
    """Files that hold their own names."""
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(name.encode())
