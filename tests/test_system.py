"""A missing system library is a sentence that names its package."""

import sys

import pytest

from limner import system


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux wheels lean on system libraries")
def test_a_missing_library_is_named_with_its_package() -> None:
    libraries = {"libc.so.6": "libc6", "libno-such-thing.so.7": "libno-such-thing7"}
    assert system.missing(libraries) == ["libno-such-thing.so.7"]
    with pytest.raises(SystemExit, match=r"lacks libno-such-thing\.so\.7.*apt-get install libno-such-thing7"):
        system.check(libraries)


def test_nothing_missing_nothing_said() -> None:
    assert system.missing({}) == []
    assert system.check({}) is None
