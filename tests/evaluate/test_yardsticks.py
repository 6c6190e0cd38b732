"""Floors and ceiling of a small project."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from limner import images
from limner.blocks import Suite
from limner.errors import LimnerError
from limner.evaluate.yardsticks import ALL, CEILING, COPY, MEAN, NEAREST, Yardsticks, neighbours
from tests.small import PAINTER, SIZE, SKETCHER, faces_of, times_of


def film(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "person", "source", "time"])


def test_the_neighbour_is_the_next_in_time_of_the_same_film() -> None:
    times = film(
        ("a0", "ann", "film", "0.0"),
        ("a3", "ann", "film", "3.0"),
        ("a1", "ann", "film", "1.0"),
        ("b0", "bob", "film", "1.1"),
        ("c0", "ann", "other", "0.1"),
        ("photo", "ann", "folder", ""),
    )
    assert neighbours(times) == {"a0": "a1", "a1": "a0", "a3": "a1"}


def test_of_two_neighbours_as_near_the_earlier_is_taken_and_ten_comes_after_nine() -> None:
    times = film(*((id, "ann", "film", time) for id, time in (("a", "9"), ("b", "10"), ("c", "11"))))
    assert neighbours(times) == {"a": "b", "b": "a", "c": "b"}


def test_every_method_answers(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    yardsticks = Yardsticks(faces, times_of(project), SIZE)
    samples = {(sample.id, sample.style): sample for sample in faces.samples(PAINTER.suites["unseen"], "s")}
    made = dict(yardsticks.of(samples["ann-5", "wash"]))
    assert tuple(made) == ALL
    assert {image.shape for image in made.values()} == {(SIZE, SIZE, 3)}
    before = images.resize(images.read(project / "data/faces/ann-4.png"), SIZE, SIZE)
    np.testing.assert_array_equal(made[CEILING], before)


def test_only_those_that_are_asked_for_answer(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    sample = faces.samples(PAINTER.suites["unseen"], "s")[0]
    every = dict(Yardsticks(faces, times_of(project), SIZE).of(sample))
    for method in ALL:
        (alone,) = Yardsticks(faces, times_of(project), SIZE, [method]).of(sample)
        assert alone[0] == method
        np.testing.assert_array_equal(alone[1], every[method])
    nobody = Yardsticks(faces, times_of(project), SIZE, [])
    assert list(nobody.of(sample)) == []
    assert nobody.closest(sample, every[NEAREST]) is not None  # what was learned by heart is found all the same


def test_the_nearest_floor_gives_the_training_photo_with_the_same_drawing(project: Path) -> None:
    drawing = images.read_gray(project / "data/sketches/effects/wash/ann-2.png")
    images.write(project / "data/sketches/effects/wash/ann-5.png", drawing)
    faces = faces_of(project, PAINTER)
    (sample,) = [s for s in faces.samples(PAINTER.suites["unseen"], "s") if (s.id, s.style) == ("ann-5", "wash")]
    made = dict(Yardsticks(faces, times_of(project), SIZE).of(sample))
    expected = images.resize(images.read(project / "data/faces/ann-2.png"), SIZE, SIZE)
    np.testing.assert_array_equal(made[NEAREST], expected)


def test_photos_have_no_ceiling(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    photos = times_of(project).assign(time="")
    for sample in faces.samples(PAINTER.suites["other"], "s"):
        assert CEILING not in dict(Yardsticks(faces, photos, SIZE).of(sample))


def test_an_output_that_is_a_training_picture_is_found_out(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    yardsticks = Yardsticks(faces, times_of(project), SIZE)
    sample = faces.samples(PAINTER.suites["unseen"], "s")[0]
    copied = images.resize(images.read(project / "data/faces/ann-1.png"), SIZE, SIZE)
    closest, distance, to_truth = yardsticks.closest(sample, copied) or ("", 0.0, 0.0)
    assert (closest, distance) == ("ann-1", 0.0)
    assert to_truth > 0.05
    _, distance, to_truth = yardsticks.closest(sample, cv2.blur(sample.read_truth(SIZE), (3, 3))) or ("", 0.0, 0.0)
    assert to_truth < distance


def test_a_model_of_drawings_is_held_against_drawings(project: Path) -> None:
    faces = faces_of(project, SKETCHER)
    sample = faces.samples(SKETCHER.suites["unseen"], "s")[0]
    made = dict(Yardsticks(faces, times_of(project), SIZE).of(sample))
    assert {image.shape for image in made.values()} == {(SIZE, SIZE)}


def test_a_model_without_training_faces_is_refused(project: Path) -> None:
    lonely = replace(PAINTER, train=replace(PAINTER.train, people=("eve",)))
    with pytest.raises(LimnerError, match=r"no training faces of eve.*ann, bob"):
        Yardsticks(faces_of(project, lonely), times_of(project), SIZE)


def test_a_style_without_training_faces_has_one_floor_and_the_ceiling(project: Path) -> None:
    """Hand drawings of test faces alone, say."""
    chalk = Suite(people=("ann",), split="test", styles=("chalk",))
    for index in range(4):
        (project / f"data/sketches/artist/chalk/ann-{index}.png").unlink()
    model = replace(PAINTER, suites={"unseen": PAINTER.suites["unseen"], "by_hand": chalk})
    faces = faces_of(project, model)
    yardsticks = Yardsticks(faces, times_of(project), SIZE)
    sample = faces.samples(chalk, "by_hand")[0]
    assert tuple(dict(yardsticks.of(sample))) == (COPY, CEILING)
    copied = images.resize(images.read(project / "data/faces/ann-1.png"), SIZE, SIZE)
    found = yardsticks.closest(sample, copied)
    assert found is not None
    assert found[:2] == ("ann-1", 0.0)


def test_only_what_was_learned_is_fitted_to_and_remembered(project: Path) -> None:
    """One face, of which the mean is the picture itself."""
    model = replace(PAINTER, train=replace(PAINTER.train, most=1))
    faces = faces_of(project, model)
    yardsticks = Yardsticks(faces, times_of(project), SIZE)
    (learned,) = faces.learned("ink")
    sample = faces.samples(PAINTER.suites["unseen"], "s")[0]
    truth = faces.sample("ink", learned).read_truth(SIZE)
    np.testing.assert_array_equal(dict(yardsticks.of(sample))[MEAN], truth)
    for id in faces.training():
        found = yardsticks.closest(sample, faces.sample("ink", id).read_truth(SIZE))
        assert found is not None
        assert found[0] == learned
