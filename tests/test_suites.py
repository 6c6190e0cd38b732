"""What a suite holds, and how it is refused."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from limner import images
from limner.blocks import Model, Suite
from limner.errors import LimnerError
from tests import small
from tests.small import MANIFESTS, PAINTER, SEED, SIZE, SKETCHER, faces_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Its root."""
    return small.write(tmp_path)


def test_a_suite_goes_face_by_face_in_every_style(project: Path) -> None:
    samples = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")
    assert [(sample.id, sample.style) for sample in samples] == [
        (face, style) for face in ("ann-4", "ann-5") for style in ("ink", "wash", "learned")
    ]


@pytest.mark.parametrize(("split", "faces"), [("train", 4), ("test", 2), ("all", 6)])
def test_a_split_is_part_of_the_faces(project: Path, split: str, faces: int) -> None:
    suite = replace(PAINTER.suites["unseen"], split=split, styles=("ink",))
    assert len(faces_of(project, PAINTER).samples(suite, "s")) == faces


@pytest.mark.parametrize(
    ("most", "faces"), [(1, [3]), (2, [1, 4]), (3, [1, 3, 5]), (6, [0, 1, 2, 3, 4, 5]), (9, [0, 1, 2, 3, 4, 5])]
)
def test_a_suite_may_be_thinned_at_even_steps(project: Path, most: int, faces: Sequence[int]) -> None:
    suite = replace(PAINTER.suites["unseen"], split="all", styles=("ink", "wash"), most=most)
    samples = faces_of(project, PAINTER).samples(suite, "s")
    assert list(dict.fromkeys(sample.id for sample in samples)) == [f"ann-{face}" for face in faces]
    assert len(samples) == 2 * len(faces)


def test_a_face_without_a_drawing_is_no_sample(project: Path) -> None:
    suite = Suite(people=("ann", "bob"), split="all", styles=("chalk",))
    samples = faces_of(project, PAINTER).samples(suite, "s")
    assert {sample.person for sample in samples} == {"ann"}
    few = faces_of(project, PAINTER).samples(replace(suite, most=2), "s")
    assert len(few) == min(2, len(samples)), "it is thinned among those that are drawn"


def test_a_painter_reads_drawings_and_a_sketcher_photos(project: Path) -> None:
    (painted, *_) = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")
    (drawn, *_) = faces_of(project, SKETCHER).samples(SKETCHER.suites["unseen"], "unseen")
    assert painted.truth == project / "data/faces/ann-4.png"
    assert painted.output(3) == project / "runs/painter/suites/3/unseen/ink/ann-4.png"
    assert drawn.truth == project / "data/sketches/effects/ink/ann-4.png"
    assert drawn.output(3) == project / "runs/sketcher/suites/3/unseen/ink/ann-4.png"
    assert painted.input == drawn.truth
    assert drawn.input == painted.truth
    assert (
        painted.read_input(SIZE).shape
        == drawn.read_truth(SIZE).shape
        == drawn.read_output(SIZE, SEED).shape
        == (SIZE, SIZE)
    )
    assert (
        painted.read_truth(SIZE).shape
        == painted.read_output(SIZE, SEED).shape
        == drawn.read_input(SIZE).shape
        == (SIZE, SIZE, 3)
    )


def test_the_truth_is_the_face_at_the_models_size(project: Path) -> None:
    (sample, *_) = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")
    expected = images.resize(images.read(project / "data/faces/ann-4.png"), SIZE, SIZE)
    np.testing.assert_array_equal(sample.read_truth(SIZE), expected)


def test_what_models_drew_does_not_count_as_drawn(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    assert faces.drawn(("ink", "learned", "chalk")) == ["ink", "chalk"]
    assert faces.drawn(("learned",)) == ["learned"]
    assert faces_of(project, SKETCHER).drawn(("ink",)) == ["ink"]


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        (
            Suite("test", ("ink",), ("bob",), ("nose",)),
            r"'s' is empty.*people bob, split test.*ann test: 2; ann train: 4; bob train: 3",
        ),
        (Suite("test", ("ink",), ("bob",)), r"people bob, split test"),
        (Suite("test", ("ink",), manifests=(MANIFESTS["bob"],)), r"split test, manifests data/manifests/two.csv"),
        (Suite("all", ("chalk",), ("bob",)), r"none of the 3 faces .*drawn in chalk"),
        (Suite("test", ("inc",)), r"'s', styles: .*below data/sketches in the style 'inc'.*did you mean 'ink'"),
        (Suite("all", ("ink",), ("ann", "eve")), r"'s', people: there are no faces of 'eve'; allowed: ann, bob"),
        (Suite("all", ("ink",), manifests=("on.csv",)), r"'s', manifests: .*came from 'on.csv'; .*one.csv, .*two.csv"),
    ],
)
def test_an_empty_suite_says_what_there_is(project: Path, suite: Suite, message: str) -> None:
    with pytest.raises(LimnerError, match=message):
        faces_of(project, PAINTER).samples(suite, "s")


def test_what_is_left_out_means_all_of_it(project: Path) -> None:
    samples = faces_of(project, PAINTER).samples(Suite("all", ("ink",)), "s")
    assert {sample.person for sample in samples} == {"ann", "bob"}
    assert all(sample.input == sample.sketch for sample in samples)


def test_faces_can_be_chosen_by_their_manifest(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    for person, manifest in MANIFESTS.items():
        chosen = faces.samples(Suite("all", ("ink",), manifests=(manifest,)), "s")
        assert {sample.person for sample in chosen} == {person}
    both = faces.samples(Suite("all", ("ink",), ("ann",), manifests=tuple(MANIFESTS.values())), "s")
    assert {sample.person for sample in both} == {"ann"}


def test_faces_of_one_group_belong_together(project: Path) -> None:
    samples = faces_of(project, PAINTER).samples(Suite("all", ("ink",), ("ann",)), "s")
    assert [sample.group for sample in samples] == ["ann@0"] * 2 + ["ann@1"] * 2 + ["ann@2"] * 2


def test_an_erased_input_lies_apart_and_the_truth_stays_whole(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    (sample, *_) = faces.samples(Suite("test", ("ink",), erase=("nose",)), "no_nose")
    assert sample.input == project / "runs/painter/suites/erased/no_nose/ink/ann-4.png"
    assert sample.sketch == project / "data/sketches/effects/ink/ann-4.png"
    assert sample.truth == project / "data/faces/ann-4.png"
    assert sample.output(0) == project / "runs/painter/suites/0/no_nose/ink/ann-4.png"


def test_the_files_of_all_samples(project: Path) -> None:
    table = faces_of(project, PAINTER).files(SEED)
    assert list(table.columns) == ["suite", "style", "id", "input", "output", "truth"]
    assert table["suite"].value_counts().to_dict() == {"unseen": 6, "other": 3}
    assert all(Path(path).is_file() for column in ("input", "output", "truth") for path in table[column])


@pytest.mark.parametrize("model", [PAINTER, SKETCHER])
def test_a_missing_output_is_named(project: Path, model: Model) -> None:
    (sample, *_) = faces_of(project, model).samples(model.suites["unseen"], "unseen")
    sample.output(SEED).unlink()
    with pytest.raises(LimnerError, match=r"ann-4.png is missing.*'ann-4' in the style 'ink'.*translate"):
        sample.read_output(SIZE, SEED)


def test_a_model_may_have_faces_of_its_own(project: Path) -> None:
    (project / "data").rename(project / "boxed")
    boxed = replace(PAINTER, data="boxed", sketches="boxed/sketches")
    samples = faces_of(project, boxed).samples(PAINTER.suites["unseen"], "unseen")
    assert samples[0].truth == project / "boxed/faces/ann-4.png"
    assert all(sample.truth.is_file() and sample.input.is_file() for sample in samples)


def test_suites_may_be_drawn_elsewhere_than_lessons(project: Path) -> None:
    model = replace(PAINTER, sketches="data/sketches/effects/ink", tests="data/sketches")
    (sample, *_) = faces_of(project, model).samples(Suite("test", ("wash",)), "s")
    assert sample.input == project / "data/sketches/effects/wash/ann-4.png"
    with pytest.raises(LimnerError, match=r"below data/sketches in the style 'inc'"):
        faces_of(project, model).samples(Suite("test", ("inc",)), "s")


def test_what_was_learned_is_known(project: Path) -> None:
    (project / "data/sketches/effects/ink/ann-3.png").unlink()
    everybody = ["ann-0", "ann-1", "ann-2", "ann-3"]
    for most, by_style in (
        (None, {"ink": everybody, "wash": everybody}),
        (2, {"ink": ["ann-0", "ann-2"], "learned": ["ann-1", "ann-3"], "wash": ["ann-1", "ann-3"]}),
        ({"ink": 1}, {"ink": ["ann-1"], "learned": everybody, "wash": everybody}),
    ):
        faces = faces_of(project, replace(PAINTER, train=replace(PAINTER.train, most=most)))
        assert {style: faces.learned(style) for style in by_style} == by_style


def test_people_may_be_named_by_a_pattern(project: Path) -> None:
    suite = Suite(people=("a*", "b?b"), split="all", styles=("ink",))
    samples = faces_of(project, PAINTER).samples(suite, "s")
    assert {sample.person for sample in samples} == {"ann", "bob"}
    with pytest.raises(LimnerError, match=r"suite 's', people: there are no faces of 'c\*'"):
        faces_of(project, PAINTER).samples(replace(suite, people=("c*",)), "s")


def test_a_suite_of_the_faces_that_were_learned(project: Path) -> None:
    train = replace(PAINTER.train, styles=("ink", "wash"), most={"ink": 1, "wash": 2})
    suite = Suite(split="learned", styles=("ink", "wash", "chalk"))
    faces = faces_of(project, replace(PAINTER, train=train))
    found = [(sample.style, sample.id) for sample in faces.samples(suite, "s")]
    assert sorted(found) == [
        *(("chalk", f"ann-{face}") for face in range(4)),  # those that it would have learned
        *(("ink", "ann-2"), ("wash", "ann-1"), ("wash", "ann-3")),
    ]
    assert [sample.id for sample in faces.samples(replace(suite, styles=("wash",), most=1), "s")] == ["ann-3"]
    with pytest.raises(LimnerError, match="suite 's' is empty"):
        faces.samples(replace(suite, people=("bob",)), "s")
