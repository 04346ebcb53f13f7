"""Production is the newest whole version that has not learnt from the newest span."""

import json
import shutil
from pathlib import Path

import pytest

from components.pushed.in_production import take, version_in_production
from components.pushed.origin import Origin
from components.pushed.production_record import TRAINED, InProduction, read
from listening_log.errors import UserError
from models import names


def push(serving: Path, version: int, last_span: int) -> None:
    for build in names.BUILDS:
        for model in names.MODELS:
            extra = serving / build / model / str(version) / "assets.extra"
            (extra / TRAINED).mkdir(parents=True)
            (extra / names.MODEL_INFO_FILE).write_text(json.dumps({"spans": {"first": 1, "last": last_span}}))
            (extra / TRAINED / "rows.json").write_text(f"{model} {version}")


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    for version, last_span in ((10, 1), (11, 1), (20, 2)):
        push(tmp_path / "serving", version, last_span)
    return tmp_path / "serving"


@pytest.mark.parametrize(("spans", "version"), [("", 0), ("1", 0), ("2", 11), ("1-2", 11), ("2-3", 20)])
def test_the_newest_version_before_the_span(serving: Path, spans: str, version: int) -> None:
    assert version_in_production(serving, spans) == version


@pytest.mark.parametrize("spans", ["", "2"])
def test_new_items_go_into_the_newest_version_whatever_it_has_learnt_from(serving: Path, spans: str) -> None:
    assert version_in_production(serving, spans, earlier=False) == 20


def test_a_version_that_some_model_lacks_is_not_in_production(serving: Path) -> None:
    (serving / names.STOCK / names.UPNEXT / "11").rename(serving / "elsewhere")
    assert version_in_production(serving, "2") == 10


def test_nothing_was_pushed_yet(tmp_path: Path) -> None:
    take(str(tmp_path / "serving"), "2", str(tmp_path / "out"), earlier=True)
    assert read(str(tmp_path / "out")) == InProduction(0, 0)


def test_what_the_next_training_needs_is_copied(serving: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    take(str(serving), "2", str(out), earlier=True)
    assert read(str(out)) == InProduction(version=11, last_span=1)
    assert (out / names.RANKER / "rows.json").read_text() == "ranker 11"
    assert (out / names.RETRIEVAL / "rows.json").read_text() == "retrieval 11"
    assert (out / names.UPNEXT / "assets.extra" / names.MODEL_INFO_FILE).is_file()


def test_a_bucket_is_no_mounted_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a mounted folder is needed"):
        take("gs://bucket/serving", "2", str(tmp_path), earlier=True)


def test_of_a_version_that_was_pushed_again_the_first_one_counts(serving: Path) -> None:
    push(serving, 30, 1)
    Origin(models_of=11, instead_of=20).write(serving / names.SCANN / names.UPNEXT / "30")
    assert version_in_production(serving, "2") == 11
    for path in serving.glob("*/*/11"):
        shutil.rmtree(path)
    assert version_in_production(serving, "2") == 30
