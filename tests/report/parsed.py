"""Pages as a browser takes them apart."""

from collections.abc import Iterator
from html.parser import HTMLParser

Attributes = dict[str, str | None]


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, one blank apart."""
        return " ".join(" ".join(self.words).split())

    def of(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]


def links(elements: Elements) -> Iterator[str]:
    for _, attributes in elements.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            if attributes.get(name):
                yield str(attributes[name])
