"""Even steps through many."""

import pytest

from limner.choose import evenly, few, named


@pytest.mark.parametrize(
    ("count", "among", "phase", "chosen"),
    [(4, 100, 0.5, [12, 37, 62, 87]), (2, 5, 0.0, [0, 2]), (3, 3, 0.99, [0, 1, 2]), (4, 2, 0.5, [0, 0, 1, 1])],
)
def test_each_lies_in_its_share(count: int, among: int, phase: float, chosen: list[int]) -> None:
    assert evenly(count, among, phase) == chosen


@pytest.mark.parametrize(("most", "chosen"), [(None, "abcde"), (9, "abcde"), (5, "abcde"), (2, "bd"), (1, "c")])
def test_a_few_keep_their_order(most: int | None, chosen: str) -> None:
    assert few("abcde", most) == list(chosen)


def test_phase_moves_the_steps() -> None:
    assert few(range(100), 4, 0.0) == [0, 25, 50, 75]
    assert few(range(100), 4, 0.99) == [24, 49, 74, 99]


@pytest.mark.parametrize("count", [1, 2, 5, 9, 10, 30])
@pytest.mark.parametrize("phase", [0.0, 0.5, 0.999])
def test_nothing_is_chosen_twice(count: int, phase: float) -> None:
    chosen = few(range(10), count, phase)
    assert len(chosen) == min(count, 10)
    assert chosen == sorted(set(chosen))


def test_other_styles_meet_other_faces() -> None:
    chosen = [few(range(60), 3, (style + 0.5) / 6) for style in range(6)]
    assert len({face for faces in chosen for face in faces}) == 18


def test_people_by_their_names() -> None:
    there = ["m-011", "woman", "f-005", "m-010", "f-005"]
    assert named(["woman"], there) == ["woman"]
    assert named(["m-0[01]*", "woman"], there) == ["m-010", "m-011", "woman"]
    assert named(["f-00?", "f-005"], there) == ["f-005"]
    assert named(["wom"], there) == []


def test_a_name_is_itself_even_where_it_looks_like_a_pattern() -> None:
    assert named(["ana [2019]"], ["ana [2019]", "ana 2", "ana"]) == ["ana [2019]"]
    assert named(["ana [2019]"], ["ana 2", "ana"]) == ["ana 2"]
