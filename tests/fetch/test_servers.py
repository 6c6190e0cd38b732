"""By what names servers are known, and that all who speak of one mean the same."""

import pytest
from yarl import URL

from limner.fetch.servers import server, servers
from limner.fetch.web import Web
from tests.fetch.test_web import polite


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a.jpg", "example.org:443"),
        ("http://ann:secret@Example.org:80/a.jpg", "example.org:80"),
        ("http://[::1]:81/", "[::1]:81"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example:443"),
    ],
)
def test_a_server_has_one_name(url: str, name: str) -> None:
    assert server(URL(url)) == name
    assert list(servers(url, {})) == list(servers(f"zip://a.jpg::{url}", {})) == [name]


def test_those_who_are_asked_for_a_url() -> None:
    mirrors = {"https://far.example/": "http://near.example:81/far/", "https://there.example/": "/mnt/there/"}
    assert list(servers("https://far.example/a", mirrors)) == ["near.example:81", "far.example:443"]
    assert list(servers("https://there.example/a", mirrors)) == ["there.example:443"]
    for elsewhere in ("data/a.jpg", "s3://bucket/a", "http://[x/a"):
        assert list(servers(elsewhere, mirrors)) == []


@pytest.mark.parametrize("url", ["https://example.org/a.jpg", "http://ann@example.net/a"])
def test_a_host_that_is_doubted_is_known_again(url: str) -> None:
    with Web(polite()) as web:
        web.hosts.doubt(list(servers(url, {})))
        assert web.hosts.of(URL(url)).doubted
        assert web.hosts.of(URL(url)) is web.hosts.of(URL(url.replace("ann@", "") + "?other"))
