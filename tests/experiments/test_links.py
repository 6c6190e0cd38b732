"""experiments/ reaches the main project's source by links: DVC sees through them, git keeps them."""

import shutil
from pathlib import Path

import pytest

from tests.shell import run

PIPELINE = """
stages:
  count:
    cmd: python -c "print(${lines})" > count.txt
    deps: [src/limner/train, stages/train.py]
    params: [lines]
    outs: [count.txt]
"""


@pytest.fixture
def home(root: Path, tmp_path: Path) -> Path:
    """A committed project of this one's links and rules, and of two files of source."""
    for name in (".gitignore", ".dvcignore", ".dvc/config", ".dvc/.gitignore"):
        for place in (Path(name), Path("experiments", name)):
            if (root / place).exists():
                (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / place, tmp_path / place, follow_symlinks=False)
    home = tmp_path / "experiments"
    for name in ("src", "stages"):
        shutil.copy(root / "experiments" / name, home, follow_symlinks=False)
    for name in ("src/limner/train/loop.py", "stages/train.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("pass\n")
    (home / "dvc.yaml").write_text(PIPELINE)
    (home / "params.yaml").write_text("lines: 1\n")
    for command in ("git init -q", "git add .", "git commit -qm first"):
        run(tmp_path, *command.split())
    return home


def test_byte_code_makes_nothing_stale_and_a_change_of_the_source_does(home: Path) -> None:
    run(home, "dvc", "repro", "--quiet")
    compiled = home.parent / "src/limner/train/__pycache__/loop.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"compiled")
    assert "up to date" in run(home, "dvc", "status")
    (home.parent / "src/limner/train/loop.py").write_text("import os\n")
    assert "src/limner/train" in run(home, "dvc", "status")


@pytest.mark.parametrize("way", [(), ("--temp",)])
def test_a_variant_keeps_the_links(home: Path, way: tuple[str, ...]) -> None:
    """DVC hands git what a stage depends on, one by one: `src/limner/train/loop.py` would take the place of `src`."""
    run(home, "dvc", "exp", "run", *way, "--name", "two", "-S", "lines=2")
    assert (home / "count.txt").exists() == (not way)
    changed = run(
        home, "git", "diff", "--name-only", "HEAD", run(home, "dvc", "exp", "list", "--sha-only", "--all").split()[-1]
    )
    assert set(changed.split()) == {f"experiments/{name}" for name in (".gitignore", "dvc.lock", "params.yaml")}
    if way:
        run(home, "dvc", "exp", "apply", "two")
    assert (home / "count.txt").read_text() == "2\n"
    assert (home / "src").is_symlink()
    assert (home / "stages/train.py").samefile(home.parent / "stages/train.py")
