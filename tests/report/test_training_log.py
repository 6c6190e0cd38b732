"""DVCLive's folder, read as curves and snapshots."""

from pathlib import Path

import pytest

from limner.errors import LimnerError
from limner.report import training
from tests.report import made


def test_curves_are_in_order_of_steps(tmp_path: Path) -> None:
    path = tmp_path / "plots/metrics/train/l1.tsv"
    path.parent.mkdir(parents=True)
    path.write_text("step\tl1\n2\t0.5\n1\t1.0\n3\t\n")
    (curve,) = training.collect(tmp_path).curves
    assert (curve.name, curve.points) == ("train/l1", ((1.0, 1.0), (2.0, 0.5)))


def test_nothing_there_is_nothing(tmp_path: Path) -> None:
    assert training.collect(tmp_path / "nowhere") == training.Training((), ())


@pytest.mark.parametrize("text", ["", "epoch\tl1\n1\t2\n", "step\tl1\n1\tmuch\n"])
def test_a_broken_log_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plots/metrics/l1.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(LimnerError, match=r"l1\.tsv"):
        training.collect(tmp_path)


def test_snapshots_may_lack_parts(project: Path) -> None:
    folder = project / "runs/painter/training"
    (folder / "snapshots/truth/stamp~anna-000.png").unlink()
    (folder / "snapshots/000010/stamp~anna-000.png").unlink()
    first, second = training.collect(folder).snapshots
    assert first.truth is None
    assert first.input is not None
    assert [epoch for epoch, _ in first.outputs] == [5, 20, 40]
    assert [epoch for epoch, _ in second.outputs] == list(made.EPOCHS)


def test_warnings_are_told_with_their_step(tmp_path: Path) -> None:
    (tmp_path / "warnings.csv").write_text("step,kind,told\n128,alike,all the same\n")
    assert training.collect(tmp_path).warnings == ((128, "all the same"),)


def test_a_broken_table_of_warnings_is_named(tmp_path: Path) -> None:
    (tmp_path / "warnings.csv").write_text("step,kind,told\nsoon,alike,all the same\n")
    with pytest.raises(LimnerError, match=r"warnings\.csv"):
        training.collect(tmp_path)
