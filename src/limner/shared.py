"""What many stages of one pipeline share, told in one small file.

A stage for each of forty models would name the same sources and numbers forty times, and DVC's lock keep them forty
times: it reads and writes all of that again after every stage. One stage that depends on what they share writes this
file, and each of them depends on the file.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limner import plain
from limner.errors import LimnerError
from limner.files import sha256, whole

PARAMS = "params.yaml"


def write(out: Path, pipeline: Path, stage: str) -> None:
    """Write, as JSON, a digest of each dependency that a stage declares, and the value of each of its params.

    A stage that depends on the whole params.yaml runs when any of it changes, but what is told is of its params alone:
    stages that depend on the file run again when one of those changes.

    Args:
        out: the file.
        pipeline: a dvc.yaml; the paths in it are relative to the working folder, as is the params.yaml of its params.
        stage: its name there.

    Raises:
        LimnerError: there is no such stage, or not what it declares.
    """
    stages = plain.read(pipeline)["stages"]
    if stage not in stages:
        raise LimnerError(f"{pipeline} has no stage {stage!r}")
    block = stages[stage]
    numbers = plain.read(Path(PARAMS))
    told = {
        "files": {name: digest(Path(name)) for name in block["deps"] if name != PARAMS},
        "params": {name: _value(numbers, name.split("."), name) for name in block["params"]},
    }
    with whole(out) as part:
        part.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """Hex digest of a file's bytes, or of a folder's: of its files' names and bytes, compiled Python left out.

    Raises:
        LimnerError: there is nothing at `path`.
    """
    if path.is_file():
        return sha256(path)
    if not path.is_dir():
        raise LimnerError(f"{path} does not exist")
    inside = sorted(one for one in path.rglob("*") if one.is_file() and "__pycache__" not in one.parts)
    lines = [f"{sha256(one)} {one.relative_to(path).as_posix()}\n" for one in inside]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _value(tree: Mapping[str, Any], keys: Sequence[str], name: str) -> Any:
    for key in keys:
        if key not in tree:
            raise LimnerError(f"{PARAMS} has no {name}")
        tree = tree[key]
    return tree
