"""Whether scraping takes more memory the more rows there are: the whole stage on manifests of so many photos.

    python benchmarks/scrape_memory.py --numbers 1000 10000 100000

Each photo is a small JPEG of its own, made as it is asked for by a server on loopback, and pinned by nothing. For each
number the peaks of the main process, of its largest descendant and of all together are told, MB (pages that they share
count for each), and the time a row.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np

from limner import params
from peaks import Peaks

ROOT = Path(__file__).resolve().parents[1]


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """HTTP/1.1 with open connections: /K is the photo number K."""
    try:
        while asked := re.match(rb"GET /(\d+)", await reader.readuntil(b"\r\n\r\n")):
            coarse = np.random.default_rng(int(asked[1])).integers(0, 256, (6, 6, 3), np.uint8)
            photo = cv2.imencode(".jpg", cv2.resize(coarse, (48, 48), interpolation=cv2.INTER_CUBIC))[1].tobytes()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(photo) + photo)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def serve(ready: Connection) -> None:
    """A server of photos; its port goes to `ready`."""

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def measure(number: int, port: int) -> None:
    """Print one line."""
    from limner.scrape.collect import collect

    options = params.load(ROOT / "params.yaml").scrape
    with tempfile.TemporaryDirectory() as place:
        os.environ["LIMNER_CACHE"] = f"{place}/cache"
        os.chdir(place)
        folder = Path("data/manifests")
        folder.mkdir(parents=True)
        (folder / "models.csv").write_text((ROOT / "data/manifests/models.csv").read_text().partition("\n")[0] + "\n")
        with (folder / "many.csv").open("w") as manifest:
            manifest.write("id,person,url,license,credit\n")
            manifest.writelines(f"i{k},p,http://127.0.0.1:{port}/{k},CC0,Jane Doe\n" for k in range(number))
        peaks = Peaks()
        peaks.start()
        start = time.perf_counter()
        collect(["data/manifests/many.csv"], options)
        seconds = time.perf_counter() - start
        came = Path("data/raw.csv").read_bytes().count(b"\n") - 1
    print(
        f"{number:6d} rows, {came} pictures: main process {peaks.own:.0f} MB, largest worker {peaks.largest:.0f} MB, "
        f"all {peaks.all:.0f} MB, {1000 * seconds / number:.1f} ms a row",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.port:
        measure(*arguments.numbers, arguments.port)
        return
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = str(here.recv())
    # Each in a process of its own: memory that was freed once may stay with a process.
    for number in arguments.numbers:
        command = [sys.executable, __file__, "--numbers", str(number), "--port", port]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    server.terminate()


if __name__ == "__main__":
    main()
