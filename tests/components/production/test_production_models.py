"""Production is the newest whole version that has not learnt from the newest span."""

from pathlib import Path

import pytest

from components.common.records import ModelSpans, Production, SpanRange
from components.production.production_models import copy_production_models
from components.pushed.model_folder import ModelFolder
from listening_log.errors import UserError
from listening_log.tables.spans import Spans
from models import names


def push(serving: Path, version: int, last_span: int) -> None:
    for build in names.BUILDS:
        for model in names.MODELS:
            folder = ModelFolder(serving / build / model / str(version))
            folder.write_info(ModelSpans(spans=SpanRange(first=1, last=last_span)))
            folder.trained.mkdir()
            (folder.trained / "rows.json").write_text(f"{model} {version}")


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    for version, last_span in ((10, 1), (11, 1), (20, 2)):
        push(tmp_path / "serving", version, last_span)
    return tmp_path / "serving"


def production(serving: Path, spans: str, out: Path, *, earlier: bool = True) -> Production:
    copy_production_models(str(serving), Spans.parse(spans), str(out), earlier=earlier)
    return Production.read(out)


@pytest.mark.parametrize(("spans", "version"), [("", 0), ("1", 0), ("2", 11), ("1-2", 11), ("2-3", 20)])
def test_the_newest_version_before_the_span(serving: Path, tmp_path: Path, spans: str, version: int) -> None:
    assert production(serving, spans, tmp_path / "out").version == version


@pytest.mark.parametrize("spans", ["", "2"])
def test_new_items_go_into_the_newest_version_whatever_it_has_learnt_from(
    serving: Path, tmp_path: Path, spans: str
) -> None:
    assert production(serving, spans, tmp_path / "out", earlier=False).version == 20


def test_nothing_was_pushed_yet(tmp_path: Path) -> None:
    assert production(tmp_path / "serving", "2", tmp_path / "out") == Production(version=0, last_span=0)


def test_what_the_next_training_needs_is_copied(serving: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert production(serving, "2", out) == Production(version=11, last_span=1)
    assert (out / names.RANKER / "rows.json").read_text() == "ranker 11"
    assert (out / names.RETRIEVAL / "rows.json").read_text() == "retrieval 11"
    assert ModelFolder(out / names.UPNEXT).last_span() == 1


def test_a_bucket_is_no_mounted_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a mounted folder is needed"):
        copy_production_models("gs://bucket/serving", "2", str(tmp_path), earlier=True)
