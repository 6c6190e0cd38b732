"""A small wiki on this machine that answers in batches as a MediaWiki does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PEOPLE = "Category:People"


@dataclass
class Wiki:
    """Files and subcategories by category; two files a batch, and their details a batch later where `late`."""

    api: str
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    subcategories: dict[str, list[str]] = field(default_factory=dict)
    spaces: dict[str, int] = field(default_factory=dict)
    """The numbers of namespaces, by their names in the wiki's own language."""
    late: bool = False
    old: bool = False
    """Answers in the API's first format, pages by their number."""
    error: str = ""
    busy: list[str] = field(default_factory=list)
    """The codes of errors to answer with first."""
    endless: bool = False
    body: bytes | None = None
    """Answered whatever is asked."""
    asked: list[dict[str, str]] = field(default_factory=list)

    def file(self, name: str, mime: str = "image/jpeg", **told: str) -> str:
        """Make a file known; `told` is what its page tells, as HTML."""
        title = f"File:{name}"
        self.files[title] = {
            "url": f"http://files/{name}",
            "descriptionurl": f"http://wiki/{title}",
            "width": 3000,
            "mime": mime,
            "extmetadata": {key: {"value": value} for key, value in told.items()},
        }
        return title

    def answer(self, asked: dict[str, str]) -> dict[str, Any]:
        """One batch."""
        self.asked.append(asked)
        if self.busy:
            return {"error": {"code": self.busy.pop(0), "info": "wait a moment"}}
        if self.error:
            return {"error": {"code": "bad", "info": self.error}}
        if self.endless:
            return {"continue": {"gcmcontinue": "1", "continue": "-"}, "query": {"pages": []}}
        if asked.get("list") == "categorymembers":
            return {"query": {"categorymembers": [{"title": t} for t in self.subcategories.get(asked["cmtitle"], [])]}}
        if "prop" not in asked:
            title = asked["titles"]
            return {"query": {"pages": [{"title": title, "ns": self.spaces.get(title.partition(":")[0], 0)}]}}
        names = [asked["titles"]] if "titles" in asked else self.members.get(asked["gcmtitle"], [])
        start = int(asked.get("gcmcontinue", 0))
        details = not self.late or "iicontinue" in asked
        pages = [self._page(name, asked, details) for name in names[start : start + 2]]
        answer: dict[str, Any] = {"query": {"pages": pages}}
        if self.old:
            answer["query"]["pages"] = {str(k): page for k, page in enumerate(pages)}
        if not details:
            answer["continue"] = {"iicontinue": "x", "gcmcontinue": str(start), "continue": "||"}
        elif start + 2 < len(names):
            answer["continue"] = {"gcmcontinue": str(start + 2), "continue": "gcmcontinue||"}
        return answer

    def _page(self, title: str, asked: dict[str, str], details: bool) -> dict[str, Any]:
        info = self.files.get(title)
        if not details or info is None:
            return {"title": title}
        wide = int(asked.get("iiurlwidth", 0))
        return {"title": title, "imageinfo": [info | ({"thumburl": f"{info['url']}?{wide}"} if wide else {})]}


@contextmanager
def wiki_serving() -> Iterator[Wiki]:
    """A wiki with five files in one category."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            body = json.dumps(known.answer(asked)).encode() if known.body is None else known.body
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known = Wiki(f"http://127.0.0.1:{httpd.server_port}/w/api.php")
    known.members[PEOPLE] = [known.file(f"{name}.jpg") for name in ("Ann", "Bob", "Cy", "Di", "Eve")]
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    yield known
    httpd.shutdown()
    httpd.server_close()
