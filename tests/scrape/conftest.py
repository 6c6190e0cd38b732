"""A project in a temporary folder with its own cache, and a real http server on this machine."""

import csv
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from limner.scrape import fetch


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working folder; no model files are asked for."""
    folder = tmp_path / "project"
    (folder / "data" / "manifests").mkdir(parents=True)
    (folder / "data" / "manifests" / "models.csv").write_text("name,file,sha256,url,mirror,license\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetch, "PAUSES", (0.01, 0.01))
    return folder


@dataclass
class Server:
    """What to answer by path, and what was asked."""

    url: str
    bodies: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Answers to give before the body, one a request."""
    cut: dict[str, int] = field(default_factory=dict)
    """Bytes after which the connection is closed, although more were announced."""
    resets: dict[str, int] = field(default_factory=dict)
    """Requests whose connection is reset in place of an answer."""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server; requests run in threads of this process."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            if known.resets.get(self.path, 0) > 0:
                known.resets[self.path] -= 1
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            first = known.statuses.get(self.path, [])
            body = known.bodies.get(self.path)
            status = first.pop(0) if first else 404 if body is None else 200
            self.send_response(status)
            body = (body or b"") if status == 200 else b"sorry"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: known.cut.get(self.path, len(body))])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Server(f"http://127.0.0.1:{httpd.server_port}")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield known
    httpd.shutdown()
    httpd.server_close()


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
