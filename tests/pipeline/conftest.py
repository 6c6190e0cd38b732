"""A small project: the real stages on a few real frames, at 64 pixels and with one epoch of training."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

BIN = Path(sys.executable).parent
SPY = Path(__file__).parent / "spy"
MANIFEST = "data/manifests/portraits.csv"
SKETCHES = ["stamp", "pencil"]


@dataclass(frozen=True)
class Project:
    """A clone with a smaller params.yaml, and DVC to run it."""

    root: Path
    environment: dict[str, str]

    def dvc(self, *arguments: str, check: bool = True) -> str:
        """Run DVC; all it and the stages print."""
        return self.run("dvc", *arguments, check=check)

    def run(self, command: str, *arguments: str, check: bool = True) -> str:
        """Run a command of the environment; all it prints."""
        done = subprocess.run(
            [str(BIN / command), *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def repro(self, *arguments: str) -> set[str]:
        """The stages that `dvc repro` runs; with `--dry`, those that themselves read what has changed."""
        return set(re.findall(r"^Running stage '(.+)':$", self.dvc("repro", *arguments), flags=re.MULTILINE))

    def params(self) -> Any:
        return yaml.safe_load((self.root / "params.yaml").read_text())

    def set_params(self, tree: Any) -> None:
        (self.root / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))

    def lock(self) -> Any:
        return yaml.safe_load((self.root / "dvc.lock").read_text())["stages"]


@pytest.fixture(scope="session")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, built once: the tests change it one after the other."""
    there = tmp_path_factory.mktemp("clone") / "limner"
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if (root / name).is_file() and name != "dvc.lock":
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / name, there / name)
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{there / 'src'}{os.pathsep}{SPY}",
        "LIMNER_SPY": str(there.parent / "reads.txt"),
    }
    made = Project(there, environment)
    small(made)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "small"]):
        subprocess.run([*git, *command], cwd=there, check=True, capture_output=True)
    made.dvc("repro")
    return made


def small(project: Project) -> None:
    """Twenty frames of the woman, three of the man; three effects, 64 pixels, one epoch, narrow networks; a suite
    without noses and one in a style that nobody learned."""
    header, woman, man, *_ = (project.root / MANIFEST).read_text().splitlines()
    rows = [header, woman.replace(",4,", ",24,"), man.replace(",4,", ",24,")]
    (project.root / MANIFEST).write_text("\n".join(rows) + "\n")
    tree = project.params()
    tree["size"] = 64
    tree["train"] |= {"snapshots": 1}
    tree["recipes"]["limner"] |= {"width": 4, "discriminator_width": 4}
    tree["styles"] = {name: tree["styles"][name] for name in SKETCHES}
    for model in tree["models"].values():
        model["train"] |= {"epochs": 1}
        model["suites"]["other_people"]["people"] = ["man"]
        for block in (model["train"], *model["suites"].values()):
            block["styles"] = [style for style in block["styles"] if style in (*SKETCHES, "learned")]
    tree["styles"]["soft"] = tree["styles"]["pencil"] | {"blur": 20.0}
    tree["models"]["painter"]["suites"] |= {
        "no_nose": {"split": "test", "styles": ["stamp", "learned"], "erase": ["nose"]},
        "strange_style": {"split": "test", "styles": ["soft"], "people": ["woman"], "manifests": [MANIFEST]},
    }
    # One metric of each kind that needs no detector: the others have tests of their own, and seconds of start.
    tree["evaluate"]["metrics"] = ["l1", "ssim", "rank"]
    project.set_params(tree)
