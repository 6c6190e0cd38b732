"""The rate of verified downloads against curl's and wget's of the same list, over loopback.

`Downloads` fetches photos that are pinned by their sha256: it hashes each, lands it under its hash and remembers it.
curl and wget only write files; whoever wants them verified runs `sha256sum --check` over them afterwards, or hashes
them with OpenSSL, which is quicker. The server is an asyncio process that answers from memory. Prints the best seconds
of each, those of processors in that round (the others on the machine matter less to them), and the best of the other
tools' times over ours.
"""

import argparse
import asyncio
import hashlib
import multiprocessing
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path

from limner import params
from limner.fetch.downloads import Downloads, Fetched, Wanted

ROOT = Path(__file__).resolve().parent.parent


class Photos(asyncio.Protocol):
    """HTTP/1.1 with open connections: /K is the number K in 8 bytes, and then what all photos have in common."""

    def __init__(self, common: bytes, more: bytes) -> None:
        self._common = common
        self._more = more
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            head, _, self._asked = self._asked.partition(b"\r\n\r\n")
            number = int(head.split(b" ", 2)[1][1:])
            length = 8 + len(self._common)
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n" % length
            answer += self._more + b"\r\n"
            self._transport.writelines([answer, number.to_bytes(8, "big"), self._common])


def serve(common: bytes, more: bytes, ready: Connection) -> None:
    """A server of photos; its port goes to `ready`."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Photos(common, more), "127.0.0.1", 0, backlog=256)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def ours(urls: list[str], hashes: list[str], folder: Path) -> None:
    """All of them through limner's client and store."""
    os.environ["LIMNER_CACHE"] = str(folder)
    wanted = [Wanted((url,), digest) for url, digest in zip(urls, hashes, strict=True)]
    with Downloads(params.load(ROOT / "params.yaml").scrape) as downloads:
        came = sum(isinstance(file, Fetched) for file in downloads.stream(wanted, len(wanted)))
    assert came == len(wanted), f"only {came} of {len(wanted)} came"


def curl(urls: list[str], folder: Path, at_once: int) -> None:
    """curl with as many connections as limner takes."""
    config = folder.with_suffix(".txt")
    config.write_text("".join(f"url={url}\noutput={folder}/{k}\n" for k, url in enumerate(urls)))
    command = ["curl", "--silent", "--parallel", "--parallel-max", str(at_once), "--config", str(config)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def wget(urls: list[str], folder: Path) -> None:
    """wget, which takes one after the other over one connection."""
    listed = folder.with_suffix(".txt")
    listed.write_text("\n".join(urls))
    subprocess.run(["wget", "--quiet", "--input-file", str(listed), "--directory-prefix", str(folder)], check=True)


def sha256sum(hashes: list[str], folder: Path) -> None:
    """Compare the files with their hashes, as one does by hand."""
    listed = folder.with_suffix(".sha256")
    listed.write_text("".join(f"{digest}  {folder}/{k}\n" for k, digest in enumerate(hashes)))
    subprocess.run(["sha256sum", "--quiet", "--check", str(listed)], check=True)


def openssl(hashes: list[str], folder: Path) -> None:
    """The same with a quicker hash."""
    files = [f"{folder}/{k}" for k in range(len(hashes))]
    said = subprocess.run(["openssl", "dgst", "-sha256", "-r", *files], check=True, capture_output=True, text=True)
    assert [line.split()[0] for line in said.stdout.splitlines()] == hashes


def seconds(work: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """How long `work` takes in an empty folder, and how long its processors."""
    folder.mkdir()
    start, used = time.perf_counter(), processors()
    work(folder)
    taken = time.perf_counter() - start, processors() - used
    for path in folder.rglob("*"):  # not deleted: ext4 without a journal is slow to make files where many just went
        if path.is_file():
            os.truncate(path, 0)
    return taken


def both(fetch: Callable[[Path], None], check: Callable[[Path], None], folder: Path) -> None:
    """Fetch, and then verify."""
    fetch(folder)
    check(folder)


def processors() -> float:
    """Seconds of processors that this process and what it has started and waited for have used."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--size", type=int, default=200_000, help="bytes of each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--etag", action="store_true", help="the server names versions, which limner remembers")
    asked = parser.parse_args()
    common = random.Random(0).randbytes(asked.size - 8)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(common, b'ETag: "1"\r\n' * asked.etag, there), daemon=True
    )
    server.start()
    port = here.recv()
    urls = [f"http://127.0.0.1:{port}/{k}" for k in range(asked.files)]
    hashes = [hashlib.sha256(k.to_bytes(8, "big") + common).hexdigest() for k in range(asked.files)]
    at_once = params.load(ROOT / "params.yaml").scrape.connections
    tools: dict[str, Callable[[Path], None]] = {"limner": lambda folder: ours(urls, hashes, folder)}
    fetching: dict[str, Callable[[Path], None]] = {
        "curl --parallel": lambda folder: curl(urls, folder, at_once),
        "wget": lambda folder: wget(urls, folder),
    }
    checking: dict[str, Callable[[Path], None]] = {
        "": lambda folder: None,
        "sha256sum --check": lambda folder: sha256sum(hashes, folder),
        "openssl dgst": lambda folder: openssl(hashes, folder),
    }
    for fetch, check in product(fetching, checking):
        if shutil.which(fetch.split()[0]) and (not check or shutil.which(check.split()[0])):
            tools[f"{fetch}, {check}".rstrip(", ")] = partial(both, fetching[fetch], checking[check])
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(asked.rounds):
            for number, (name, work) in enumerate(tools.items()):
                times[name].append(seconds(work, Path(folder) / f"{k}-{number}"))
    server.terminate()
    for name, taken in times.items():
        best, used = min(taken)
        rate = asked.files / best
        print(
            f"{name}: {best:.2f} s, {used:.2f} s of processors, {rate:.0f} files/s, {rate * asked.size / 1e6:.0f} MB/s"
        )
    others = [name for name in tools if name != "limner"]
    for name in others:
        print(f"limner's rate is {min(times[name])[0] / min(times['limner'])[0]:.2f} of that of {name}")
    if not others:
        print("neither curl nor wget is on this machine: there is nothing to compare with")


if __name__ == "__main__":
    main()
