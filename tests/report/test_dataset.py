"""The tables of scrape, align and split, read and counted."""

from pathlib import Path

import pandas as pd
import pytest

from limner import tables
from limner.errors import LimnerError
from limner.report import dataset
from tests.report import made


def test_people_are_counted(project: Path) -> None:
    anna, ben = dataset.collect(project).people
    assert (anna.name, anna.pictures, anna.faces) == ("anna", 24, 24)
    assert (anna.train, anna.test, anna.gap) == (14, 5, 5)
    assert (ben.train + ben.test + ben.gap, ben.eye_distance) == (6, 101.5)


def test_a_picture_without_a_face_is_still_counted(project: Path) -> None:
    table = tables.read(project / "data/faces.csv")
    tables.write(project / "data/faces.csv", table[table["person"] != "ben"])
    data = dataset.collect(project)
    assert [(person.pictures, person.faces) for person in data.people] == [(24, 24), (6, 0)]
    assert [(source.pictures, source.faces) for source in data.sources] == [(24, 24), (6, 0)]


def test_sources_are_grouped_by_credit_and_licence(project: Path) -> None:
    table = tables.read(project / "data/raw.csv")
    table.loc[:3, ["license", "sketch_file"]] = ["MIT", "data/raw/drawing.png"]
    tables.write(project / "data/raw.csv", table)
    sources = dataset.collect(project).sources
    counts = [(source.license, source.pictures, source.drawings) for source in sources]
    assert counts == [("MIT", 4, 4), ("CC-BY-4.0", 20, 0), ("CC-BY-4.0", 6, 0)]
    assert sources[2].credit == made.HOSTILE
    assert sources[0].addresses == ("pypi://films==1.0/anna.mp4",)


def test_authors_part_sources_and_unlicensed_pictures_are_counted(project: Path) -> None:
    table = tables.read(project / "data/raw.csv").assign(author="")
    table.loc[:1, "author"] = "Ann"
    table.loc[2:5, "license"] = ""
    tables.write(project / "data/raw.csv", table)
    data = dataset.collect(project)
    counts = [(source.author, source.license, source.pictures) for source in data.sources]
    assert counts == [("Ann", "CC-BY-4.0", 2), ("", "", 4), ("", "CC-BY-4.0", 18), ("", "CC-BY-4.0", 6)]
    assert data.unlicensed == 4


def test_faces_are_in_order_of_person_and_time(project: Path) -> None:
    table = tables.read(project / "data/faces.csv")
    tables.write(project / "data/faces.csv", table.iloc[::-1])
    ids = list(dataset.collect(project).faces)
    assert ids[:3] == ["anna-000", "anna-001", made.ODD]


def test_the_closest_pair_of_each_person(project: Path) -> None:
    split = tables.read(project / "data/split.csv")
    split.loc[split["id"] == made.ODD, "nearest_distance"] = "0.001"
    tables.write(project / "data/split.csv", split)
    closest = dataset.collect(project).closest()
    assert [face.person for face in closest] == ["anna", "ben"]
    assert (closest[0].id, closest[0].nearest, closest[0].nearest_distance) == (made.ODD, "anna-000", 0.001)


def test_distances_come_without_counts(project: Path) -> None:
    distances = dataset.collect(project).distances
    assert list(distances) == ["anna", "ben", "all"]
    assert distances["all"] == {
        "nearest, min": 0.02,
        "nearest, median": 0.04,
        "neighbouring frames, median": 0.01,
    }


def test_problems_are_counted_by_kind(project: Path) -> None:
    rows = pd.DataFrame({"id": ["a", "b"], "what": ["failed", "noted"], "reason": ["x", "y"]})
    tables.write(project / "data/raw_problems.csv", rows)
    scrape, align = dataset.collect(project).problems
    assert [scrape.count(what) for what in ("failed", "skipped", "noted")] == [1, 0, 1]
    assert align.count("skipped") == 9


@pytest.mark.parametrize("text", ["{", "[]", '{"people": {}}', '{"people": {"a": 3}, "all": {}}'])
def test_a_broken_split_json_is_named(project: Path, text: str) -> None:
    (project / "reports/split.json").write_text(text)
    with pytest.raises(LimnerError, match=r"split\.json"):
        dataset.collect(project)


@pytest.mark.parametrize(
    "name",
    ["raw.csv", "faces.csv", "split.csv", "raw_problems.csv", "faces_problems.csv", "../reports/split.json"],
)
def test_a_missing_table_is_named(project: Path, name: str) -> None:
    (project / "data" / name).unlink()
    with pytest.raises(LimnerError, match=Path(name).name):
        dataset.collect(project)
