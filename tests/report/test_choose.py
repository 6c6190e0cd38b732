"""Rows are chosen by rule: even steps, and the worst."""

from dataclasses import dataclass

from limner.choose import few
from limner.report import choose
from limner.report.dataset import Face


@dataclass(frozen=True)
class Named:
    id: str


def test_few_are_all_shown() -> None:
    assert choose.most("abc", [2, 0, 1], 3) == ["a", "b", "c"]


def test_of_many_one_in_ten_is_shown_because_it_is_bad() -> None:
    worst = [7, 5, *(place for place in range(100) if place not in (5, 7))]
    chosen = choose.most(range(100), worst, 20)
    assert len(chosen) == len(set(chosen)) == 20
    assert chosen == sorted(chosen)
    steps = few(range(100), 18)
    assert set(chosen) - set(steps) == set([place for place in worst if place not in steps][:2])


def test_pictures_follow_the_faces() -> None:
    faces = {id: Face(id, "anna", None, "test", "", None) for id in ("b", "a", "c")}
    ordered = choose.by_time([Named("z"), Named("c"), Named("a"), Named("b")], faces)
    assert [picture.id for picture in ordered] == ["b", "a", "c", "z"]
