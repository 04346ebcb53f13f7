import json
import math
from typing import ClassVar

import pytest
from pydantic import ValidationError

from components.common.record import Figure, Part, Record
from listening_log.errors import UserError


class Quality(Part):
    ndcg_at_10: Figure
    mrr: Figure = math.nan


class Example(Record):
    FILE: ClassVar[str] = "example.json"

    name: str
    quality: dict[str, Quality]
    best: Figure = 0.5


RECORD = Example(name="Ünï 音", quality={"ranker": Quality(ndcg_at_10=0.25)})


def test_what_is_written_is_read_again(tmp_path):
    whole = Example(name="a", quality={"ranker": Quality(ndcg_at_10=0.25, mrr=0.5)})
    whole.write(tmp_path)
    assert Example.read(tmp_path) == whole
    assert Example.read(str(tmp_path)) == whole


def test_a_place_in_a_metrics_name_is_written_as_people_write_it(tmp_path):
    RECORD.write(tmp_path)
    content = json.loads((tmp_path / "example.json").read_text(encoding="utf-8"))
    assert content["quality"] == {"ranker": {"ndcg@10": 0.25, "mrr": None}}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_that_could_not_be_taken_is_null_in_the_file_and_nan_here(tmp_path, value):
    Example(name="", quality={}, best=value).write(tmp_path)
    assert json.loads((tmp_path / "example.json").read_text())["best"] is None
    assert math.isnan(Example.read(tmp_path).best)


def test_text_is_readable_in_the_file(tmp_path):
    RECORD.write(tmp_path)
    assert "Ünï 音" in (tmp_path / "example.json").read_text(encoding="utf-8")


def test_a_name_that_is_no_utf8_comes_back(tmp_path):
    name = b"events-\xff.csv".decode("utf-8", "surrogateescape")
    Example(name=name, quality={}).write(tmp_path)
    assert Example.read(tmp_path).name == name


def test_a_new_folder_is_made(tmp_path):
    RECORD.write(tmp_path / "new/folder")
    assert Example.read(tmp_path / "new/folder").name == RECORD.name


def test_a_record_does_not_change():
    with pytest.raises(ValidationError):
        RECORD.name = "other"  # type: ignore[misc]


def test_fields_of_another_version_are_passed_over(tmp_path):
    (tmp_path / "example.json").write_text('{"name": "a", "quality": {}, "later": 1}')
    assert Example.read(tmp_path) == Example(name="a", quality={})


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UserError, match=rf"cannot read {tmp_path}/example\.json: there is no such file"):
        Example.read(tmp_path)
    assert Example.find(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting"),
        ("[]", "valid dictionary"),
        ('{"quality": {}}', "name: Field required"),
        ('{"name": "a", "quality": {"ranker": {"ndcg@10": "high"}}}', r"quality\.ranker\.ndcg@10: .*number"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path, content, reason):
    (tmp_path / "example.json").write_text(content)
    with pytest.raises(UserError, match=rf"cannot read {tmp_path}/example\.json: .*{reason}"):
        Example.read(tmp_path)


def test_a_record_lies_wherever_tensorflow_reaches():
    assert Example.find("ram://records") is None
    RECORD.write("ram://records")
    assert Example.read("ram://records").name == RECORD.name
