"""A model's card tells whose pictures it learned from, on what terms, and how good it is."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from limner import card, evaluate
from limner.build import build
from limner.evaluate.told import Told
from limner.metrics.views.case import Setting
from limner.params import Params
from tests import small


@pytest.fixture
def settings(root: Path) -> Params:
    tree = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    painter = tree["models"]["painter"]
    painter["train"] |= {"people": ["ann"], "styles": ["ink"]}
    painter["suites"] = {"unseen": {"people": ["ann"], "split": "test", "styles": ["ink", "wash", "learned"]}}
    tree["models"] = {"painter": painter}
    return build(Params, tree, "params.yaml")


@pytest.mark.parametrize("labels", [None, "person"])
def test_the_card_of_a_model(tmp_path: Path, settings: Params, labels: str | None) -> None:
    root = small.write(tmp_path)
    model = settings.model("painter")
    model = replace(model, train=replace(model.train, labels=labels))
    settings = replace(settings, models={"painter": model})
    faces, times = small.faces_of(root, model), small.times_of(root)
    setting = Setting(Path("nowhere"), ((0.3, 0.4), (0.7, 0.4)))
    measured = evaluate.measure(faces, times, small.SIZE, ["ssim"], [small.SEED], setting, workers=1)
    told = Told(measured, {"unseen": ["ink", "wash"]})
    times.loc[times["person"] == "ann", "license"] = ""
    card.write(tmp_path / "models/painter.md", settings, "painter", told, times, faces.lessons())
    text = (tmp_path / "models/painter.md").read_text(encoding="utf-8")
    _, header, body = text.split("---\n", 2)
    assert yaml.safe_load(header)["pipeline_tag"] == "image-to-image"
    assert "- ann: 4 faces, each in 1 style (ink)" in body
    assert "| film of ann | limner's tests | – | **none** | 4 |" in body
    assert "film of bob" not in body  # of whom it learned nothing
    mean = told.mean("unseen", "model", "ssim")
    assert f"| SSIM | higher | {mean.value:.3f} | " in body  # both test faces are of one group: no interval
    assert "0% of the outputs are closer to a training picture" in body
    assert f"| epochs | {model.train.epochs} |" in body
    assert f"limner paint my-sketch.png -m models/painter -o made{' --label LABEL' if labels else ''}\n" in body
    assert ("its person: LABEL is one of the `labels`" in body) == bool(labels)
    assert "pixels apart when the face is 400 pixels" in body
    assert "--aligned" not in body
    assert "{" not in body


def test_the_card_tells_how_much_was_learned_and_of_what(
    tmp_path: Path, settings: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = settings.model("painter")
    train = replace(painter.train, styles=("ink", "wash"), most={"ink": 1}, tune="norms", epochs="auto", steps=77)
    settings = replace(
        settings,
        models={"painter": replace(painter, init="base", train=train, data="data/boxed", suites=painter.suites)},
    )
    root = small.write(tmp_path)
    faces = small.times_of(root)
    monkeypatch.setattr(card, "_rows", lambda *_: [])

    class Nothing:
        def memorised(self, suite: str) -> float:
            return 0.0

    lessons = {"ink": ["ann-1"], "wash": ["ann-0", "ann-1"]}
    card.write(tmp_path / "card.md", settings, "painter", Nothing(), faces, lessons)  # type: ignore[arg-type]
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "- ann: 2 faces, in 2 styles (ink: 1, wash: 2)" in text
    assert "| epochs | auto |" in text
    assert "| steps | 77 |" in text
    assert "only the norms were trained: `painter/adapter.safetensors`" in text
    assert "face lies as in those of `data/boxed`. `limner paint` cannot put a picture right that way" in text
    assert "limner paint my-sketch.png -m models/painter -o made --aligned\n" in text
    assert "- It knows one person: of anybody else" in text
