"""Put on PYTHONPATH, this notes which params a stage's process reads: one `STAGE KEY` a line in $LIMNER_SPY.

Every settings dataclass tells when one of its own numbers is asked for. Python imports a module of this
name by itself at its start.
"""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.argv[0]) if getattr(sys, "argv", None) else Path()
PREFIXES = {
    "Params": "",
    "Scrape": "scrape.",
    "Align": "align.",
    "Split": "split.",
    "Train": "train.",
    "Evaluate": "evaluate.",
    "Workers": "workers.",
    "Model": "models.{name}.",
    "ModelTrain": "models.{name}.train.",
    "Suite": "models.{name}.suites.",
}


def spy(log: Path, stage: str, name: str) -> None:
    from limner import blocks, params

    inner = {"styles", "models", *(prefix.split(".")[-2] for prefix in PREFIXES.values() if prefix)}
    seen: set[str] = set()

    def watch(cls: type, prefix: str) -> None:
        fields = {field.name for field in dataclasses.fields(cls)} - (inner if cls is params.Params else {"train"})
        plain = cls.__getattribute__

        def told(self: object, key: str) -> object:
            if key in fields and (place := prefix + key) not in seen:
                seen.add(place)
                with log.open("a") as stream:
                    stream.write(f"{stage}{'@' + name if name else ''} {place}\n")
            return plain(self, key)

        cls.__getattribute__ = told  # type: ignore[assignment]

    loaded = params.load

    def load(*arguments: Any, **named: Any) -> params.Params:
        settings = loaded(*arguments, **named)  # checking all of params.yaml decides no byte: what is read later does
        for cls, prefix in PREFIXES.items():
            watch(getattr(params if cls == "Params" else blocks, cls), prefix.format(name=name))
        return settings

    params.load = load


if os.environ.get("LIMNER_SPY") and SCRIPT.parent.name == "stages":
    spy(Path(os.environ["LIMNER_SPY"]), SCRIPT.stem, sys.argv[1] if len(sys.argv) > 1 else "")
