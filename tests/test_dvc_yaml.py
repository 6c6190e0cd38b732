"""dvc.yaml declares what the stages import, and refers to nothing that is not there."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from limner import files
from tests.loading import LIBRARIES, loaded

PLUMBING = {
    "__init__.py",
    "blocks.py",
    "build.py",
    "errors.py",
    "fitting.py",
    "left_out.py",
    "params.py",
    "plain.py",
    "progress.py",
    "recipe.py",
    "stage.py",
}
PLUMBING |= {"strict.py", "system.py"}
"""What decides no byte of an output: it checks, and speaks to a person. What params say is declared itself."""

STAGES = ["scrape", "align", "split", "sketch", "train", "repeat", "translate", "evaluate", "report"]

LATER = {
    "train": ("limner.train.machine", "limner.train.settings", "limner.train.run"),
    "repeat": ("limner.repeat",),
    "translate": ("limner.device", "limner.apply", "limner.suites"),
    "evaluate": ("limner.card", "limner.evaluate", "limner.evaluate.sheet", "limner.evaluate.told", "limner.suites"),
}
"""What a stage loads only where there is something to do, and after params.yaml was checked: torch takes seconds."""


@pytest.fixture(scope="module")
def stages(root: Path) -> Any:
    return yaml.safe_load((root / "dvc.yaml").read_text())["stages"]


def imported(root: Path, stage: str) -> set[str]:
    """The files of limner that a stage's script loads, relative to the project."""
    asked = tuple((f"stages/{name}.py", *LATER.get(name, ())) for name in STAGES)
    modules = loaded(asked, (*LIBRARIES, "torch", "torch._dynamo", "torchvision"))[STAGES.index(stage)]
    ours = [file for name, file in modules.items() if name.split(".")[0] == "limner"]
    return {str(Path(file).resolve().relative_to(root)) for file in ours if file}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_all_the_source_it_loads(root: Path, stages: Any, stage: str) -> None:
    block = stages[stage].get("do", stages[stage])
    declared = [dep for dep in block["deps"] if isinstance(dep, str)]
    loaded = {name for name in imported(root, stage) if name.removeprefix("src/limner/") not in PLUMBING}
    assert len(loaded) >= 3
    missing = {name for name in loaded if not any(name == dep or name.startswith(f"{dep}/") for dep in declared)}
    # An effect's own file is a dependency of its style alone.
    missing = {name for name in missing if not name.startswith("src/limner/sketch/effects/")}
    assert missing == set()


@pytest.mark.parametrize("stage", STAGES)
def test_source_dependencies_exist(root: Path, stages: Any, stage: str) -> None:
    block = stages[stage].get("do", stages[stage])
    for dep in block["deps"]:
        if dep.startswith(("src/", "stages/")) and "$" not in dep:
            assert (root / dep).exists(), dep
    assert (root / "stages" / f"{stage}.py").read_text().count("\n") <= 45


def test_a_repeated_training_reads_all_that_the_first_one_does(stages: Any) -> None:
    first, again = (stages[stage]["do"] for stage in ("train", "repeat"))
    assert set(first["deps"]) - {"stages/train.py"} <= set(again["deps"])
    assert {*first["params"], "evaluate.seeds"} == set(again["params"])
    assert "evaluate" not in first["params"], "asking for more seeds must not train the first one again"


def test_every_model_of_params_is_registered(root: Path) -> None:
    artifacts = yaml.safe_load((root / "dvc.yaml").read_text())["artifacts"]
    models = yaml.safe_load((root / "params.yaml").read_text())["models"]
    assert {block["path"] for block in artifacts.values()} == {f"models/{name}" for name in models}


PASSED_OVER = {"size", "nfiles"}
"""Keys that DVC leaves out of the hash by which it knows a run again (dvc.stage.cache), at any depth of a param."""


def hidden(tree: Any, place: str) -> set[str]:
    """Places, from `place` on, of all that DVC would pass over in a param."""
    if not isinstance(tree, dict):
        return set()
    below = (hidden(value, f"{place}.{key}") for key, value in tree.items())
    return {f"{place}.{key}" for key in tree if key in PASSED_OVER}.union(*below)


@pytest.mark.parametrize("pipeline", ["dvc.yaml", "experiments/dvc.yaml", "experiments/pictures/dvc.yaml"])
def test_no_size_is_passed_over_when_a_run_is_known_again(root: Path, pipeline: str) -> None:
    """Or `dvc exp run -S size=64` would bring back what was made at another size, and call it new. Only the report has
    the whole file as a param: of whatever is made at another size it reads the pictures, too."""
    params = {"dvc.yaml": "params.yaml"}.get(pipeline, "experiments/params.yaml")
    values = yaml.safe_load((root / params).read_text())
    stages = yaml.safe_load((root / pipeline).read_text())["stages"]
    asked = 0
    for name, stage in stages.items():
        block = stage.get("do", stage)
        declared = block.get("params", [])
        if name == "report" or "params.yaml" in block["deps"]:
            continue
        items = stage.get("foreach", ["-"])
        for item in values[items[2:-1]] if isinstance(items, str) else items:
            filled = [
                param.replace("${key}", item).replace("${item}", item)
                for param in declared
                if not param.startswith(("${", "recipes.$"))
            ]
            for param in filled:
                tree = values
                for key in param.split("."):
                    tree = tree[key]
                assert hidden(tree, param) <= set(filled), (name, param)
                assert param not in PASSED_OVER or f"{param}=${{{param}}}" in block["cmd"], (name, param)
                asked += 1
    assert asked > 10


def test_half_of_a_file_that_a_killed_run_left_is_seen_by_nobody(root: Path, tmp_path: Path) -> None:
    """In data/manifests, say: it would have `scrape` run anew."""
    for words in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(root / name, tmp_path)
    with files.whole(tmp_path / "data" / "manifests" / "ana.csv") as part:
        for program in (["git"], [sys.executable, "-m", "dvc"]):
            told = subprocess.run([*program, "check-ignore", str(part)], cwd=tmp_path, capture_output=True)
            assert told.returncode == 0
