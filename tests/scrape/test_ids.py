"""Ids from anybody's names: always file names, never twice."""

import random

import pytest

from limner.scrape.ids import Ids, plain
from limner.scrape.manifests import PLAIN


@pytest.mark.parametrize(
    ("name", "start"),
    [("IMG_1", "IMG_1"), ("Ann M\u00fcller", "Ann_Muller-"), ("\u65e5\u672c", ""), ("../../etc", "etc-"), ("-x", "x-")],
)
def test_a_name_is_kept_as_far_as_it_can_be(name: str, start: str) -> None:
    assert plain(name).startswith(start)
    assert PLAIN.fullmatch(plain(name))


def test_a_letter_is_the_same_however_it_is_stored() -> None:
    assert plain("e\u0301") == plain("\u00e9")


def test_names_that_become_the_same_are_told_apart() -> None:
    assert len({plain(name) for name in ("a b", "a_b", "a  b", "a/b", "\u00e4 b")}) == 5


def test_any_names_give_ids_that_are_file_names_and_differ() -> None:
    draw = random.Random(0)
    ids = Ids(["Ann-A"])
    letters = "aAbB_-./\\ \u00e9\u0430\uff41\U0001f600\n\udcff"
    names = ["".join(draw.choices(letters, k=draw.choice((1, 2, 70, 200)))) for _ in range(2000)]
    given = [
        ids.give(draw.choice(("ann", "Ann", "r" * 99)), name, f"http://h/{k % 1900}") for k, name in enumerate(names)
    ]
    assert len({id_.lower() for id_ in (*given, "ann-a")}) == 2001
    assert all(PLAIN.fullmatch(id_) for id_ in given)


def test_the_same_names_give_the_same_ids() -> None:
    names = ["a", "A", "a b", "a"]
    one, other = ([ids.give("p", name, str(k)) for k, name in enumerate(names)] for ids in (Ids(), Ids()))
    assert one == other
