"""Rows are chosen by rule: even steps, and nothing twice."""

from dataclasses import dataclass

import pytest

from limner.report import choose
from limner.report.dataset import Face


@dataclass(frozen=True)
class Named:
    id: str


def test_steps_are_even_and_in_order() -> None:
    assert choose.spread(range(100), 4) == [12, 37, 62, 87]


def test_phase_moves_the_steps() -> None:
    assert choose.spread(range(100), 4, 0.0) == [0, 25, 50, 75]
    assert choose.spread(range(100), 4, 0.99) == [24, 49, 74, 99]


@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 30])
@pytest.mark.parametrize("phase", [0.0, 0.5, 0.999])
def test_nothing_is_chosen_twice(count: int, phase: float) -> None:
    chosen = choose.spread(range(10), count, phase)
    assert len(chosen) == min(count, 10)
    assert chosen == sorted(set(chosen))


def test_other_styles_meet_other_faces() -> None:
    chosen = [choose.spread(range(60), 3, (style + 0.5) / 6) for style in range(6)]
    assert len({face for faces in chosen for face in faces}) == 18


def test_few_are_all_shown() -> None:
    assert choose.most("abc", [2, 0, 1], 3) == ["a", "b", "c"]


def test_of_many_one_in_ten_is_shown_because_it_is_bad() -> None:
    worst = [7, 5, *(place for place in range(100) if place not in (5, 7))]
    chosen = choose.most(range(100), worst, 20)
    assert len(chosen) == len(set(chosen)) == 20
    assert chosen == sorted(chosen)
    steps = choose.spread(range(100), 18)
    assert set(chosen) - set(steps) == set([place for place in worst if place not in steps][:2])


def test_pictures_follow_the_faces() -> None:
    faces = {id: Face(id, "anna", None, "test", "", None) for id in ("b", "a", "c")}
    ordered = choose.by_time([Named("z"), Named("c"), Named("a"), Named("b")], faces)
    assert [picture.id for picture in ordered] == ["b", "a", "c", "z"]
