"""Whose face it is: the reference decides among several, strangers are told, and nothing personal goes with a face."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from limner import images, tables
from limner.align import persons
from limner.align.faces import align_all
from limner.align.landmarks import Landmarker
from limner.align.picture import align
from limner.blocks import Align
from limner.chip import FILE
from limner.errors import LimnerError

from .test_faces import contents, row


@pytest.fixture(scope="session")
def people(shared: Path, model: Path) -> dict[str, list[Path]]:
    """Two photos, neutral and smiling, of each of three people."""
    if not model.with_name(FILE).is_file():
        pytest.skip(f"no data/weights/{FILE}: run the scrape stage")
    inst = shared / "frll" / "inst"
    ids = sorted({path.name[:3] for path in (inst / "neutral_front").glob("*.jpg")})
    both = {id: [*(inst / "neutral_front").glob(f"{id}*"), *(inst / "smiling_front").glob(f"{id}*")] for id in ids}
    return dict([(id, photos) for id, photos in both.items() if len(photos) == 2][:3])


@pytest.fixture
def group(people: dict[str, list[Path]], tmp_path: Path) -> Path:
    """All three side by side, smiling, the first one largest."""
    smiling = [images.read(photos[1]) for photos in people.values()]
    height, width = smiling[0].shape[:2]
    image = np.full((height, 3 * width, 3), 200, np.uint8)
    for k, (photo, share) in enumerate(zip(smiling, (1.0, 0.8, 0.7), strict=True)):
        small = images.resize(photo, round(width * share), round(height * share))
        image[: small.shape[0], k * width : k * width + small.shape[1]] = small
    images.write(tmp_path / "group.png", image)
    return tmp_path / "group.png"


def embedded(landmarker: Landmarker, model: Path, photo: Path, face: Path) -> float:
    """How far an aligned face is from a reference photo."""
    likeness = persons.Likeness([photo], model.with_name(FILE), landmarker)
    image = images.read(face)
    return likeness.nearest(image, landmarker.detect(image))[1]


def test_in_a_group_the_person_is_found(
    folder: Path,
    settings: Align,
    model: Path,
    landmarker: Landmarker,
    people: dict[str, list[Path]],
    group: Path,
) -> None:
    raw = []
    for name, (neutral, _) in people.items():
        raw += [row(f"ref-{name}", neutral, person=name, reference="yes"), row(f"all-{name}", group, person=name)]
    align_all(raw, settings, model, folder, workers=2)
    for name, (neutral, _) in people.items():
        assert embedded(landmarker, model, neutral, folder / "faces" / f"all-{name}.png") < settings.same_person
    told = tables.read(folder / "faces_problems.csv").set_index("id")
    assert all("3 faces found, the one most like the reference" in told.loc[f"all-{name}", "reason"] for name in people)


def test_strangers_are_skipped_and_only_where_there_is_a_reference(
    folder: Path,
    settings: Align,
    model: Path,
    people: dict[str, list[Path]],
) -> None:
    (ann, ann_smiles), (bob, _), (cem, _) = people.values()
    raw = [
        row("stranger", bob, person="ann", reference=""),
        row("ann", ann, person="ann", reference="yes"),
        row("smiles", ann_smiles, person="ann", reference="no"),
        row("anybody", cem, person="someone", reference=""),
    ]
    align_all(raw, settings, model, folder, workers=1)
    table = tables.read(folder / "faces.csv")
    assert table["id"].tolist() == ["ann", "smiles", "anybody"]
    assert "reference" not in table.columns
    told = tables.read(folder / "faces_problems.csv").set_index("id")
    assert told.index.tolist() == ["stranger"]
    assert "matches nobody" in told.loc["stranger", "reason"]
    assert "align.same_person" in told.loc["stranger", "reason"]


def test_frames_of_a_film_are_never_asked_which_way_up_they_are(
    settings: Align,
    model: Path,
    landmarker: Landmarker,
    people: dict[str, list[Path]],
    group: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither where the person stands behind another, nor where it is looked for once more and is not there."""
    (ann, _), (bob, _), _ = people.values()
    likeness = persons.Likeness([bob], model.with_name(FILE), landmarker)

    def asked(*_: object) -> float:
        raise AssertionError("asked")

    monkeypatch.setattr(Landmarker, "sureness", asked)
    assert not align(group, False, settings, landmarker, likeness, film=True).facts.left_out
    assert "matches nobody" in align(ann, False, settings, landmarker, likeness, film=True).facts.reason
    with pytest.raises(AssertionError, match="asked"):
        align(group, False, settings, landmarker, likeness)


def test_another_reference_is_another_answer(
    folder: Path,
    settings: Align,
    model: Path,
    people: dict[str, list[Path]],
    group: Path,
) -> None:
    """The memory knows whom a photo was compared with."""
    faces = []
    for neutral, _ in list(people.values())[:2]:
        rows = [row("ref", neutral, person="p", reference="yes"), row("all", group, person="p")]
        align_all(rows, settings, model, folder, workers=1)
        faces.append(contents(folder)["faces/all.png"])
    align_all([row("all", group, person="p")], settings, model, folder, workers=1)
    assert faces[0] != faces[1]
    assert contents(folder)["faces/all.png"] == faces[0]  # the first is the largest


def test_a_reference_without_a_face_is_told(
    folder: Path,
    settings: Align,
    model: Path,
    people: dict[str, list[Path]],
    tmp_path: Path,
) -> None:
    images.write(tmp_path / "wall.png", np.full((200, 300, 3), 128, np.uint8))
    ann, bob, _ = (photos[0] for photos in people.values())
    raw = [
        row("wall", tmp_path / "wall.png", person="ann", reference="yes"),
        row("ann", ann, person="ann"),
        row("bob", bob, person="bob"),
    ]
    align_all(raw, settings, model, folder, workers=1)
    told = tables.read(folder / "faces_problems.csv").set_index("id")
    assert "no face was found in the reference photo wall.png" in told.loc["ann", "reason"]
    assert tables.read(folder / "faces.csv")["id"].tolist() == ["bob"]


def test_missing_weights_are_named(
    folder: Path,
    settings: Align,
    model: Path,
    photo_file: Path,
    tmp_path: Path,
) -> None:
    alone = tmp_path / model.name
    alone.write_bytes(model.read_bytes())
    raw = [row("ref", photo_file, person="p", reference="yes"), row("a", photo_file, person="p", time="0.5")]
    raw[1]["file"] = str(tmp_path / "other.png")
    with pytest.raises(LimnerError, match="dlib_face_recognition"):
        align_all(raw, settings, alone, folder)


def test_personal_metadata_never_reaches_a_face(
    folder: Path,
    settings: Align,
    model: Path,
    photo_file: Path,
    tmp_path: Path,
) -> None:
    exif = Pillow.Exif()
    exif[0x010E] = "SECRET description"
    exif[0x013B] = "SECRET artist"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    photo = tmp_path / "photo.jpg"
    Pillow.open(photo_file).save(photo, exif=exif, comment=b"SECRET comment", xmp=b"<x>SECRET xmp</x>")
    assert photo.read_bytes().count(b"SECRET") == 4
    align_all([row("a", photo)], settings, model, folder, workers=1)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        assert b"SECRET" not in path.read_bytes()
    face = (folder / "faces" / "a.png").read_bytes()
    kinds, place = [], 8
    while place < len(face):
        kinds.append(face[place + 4 : place + 8])
        place += 12 + int.from_bytes(face[place : place + 4], "big")
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def test_the_person_is_found_behind_somebody_else(
    folder: Path, settings: Align, model: Path, people: dict[str, list[Path]], tmp_path: Path
) -> None:
    (neutral, smiling), (stranger, _), _ = people.values()
    crowd = np.full((1300, 2000, 3), 200, np.uint8)
    crowd[:1300, :1300] = images.resize(images.read(stranger), 1300, 1300)
    crowd[40:440, 1500:1900] = images.resize(images.read(smiling), 400, 400)
    images.write(tmp_path / "crowd.png", crowd)
    raw = [row("ref", neutral, person="she", reference="yes"), row("crowd", tmp_path / "crowd.png", person="she")]
    align_all(raw, settings, model, folder)
    faces = tables.read(folder / "faces.csv").set_index("id")
    assert float(faces.loc["crowd", "eye_distance"]) < 100, "hers, not that in front"
