"""What lies beside a SavedModel comes back as it was written."""

from pathlib import Path

import pytest

from components.common.records import ModelSpans, SpanRange
from components.pushed.model_folder import ModelFolder, Origin
from listening_log.errors import UserError


def test_a_model_without_titles_has_none(tmp_path: Path) -> None:
    assert ModelFolder(tmp_path).titles() == {}


def test_an_origin_comes_back(tmp_path: Path) -> None:
    folder, origin = ModelFolder(tmp_path), Origin(models_of=7, instead_of=8)
    assert folder.origin() is None
    folder.write_origin(origin)
    assert folder.origin() == origin


def test_a_broken_origin_is_named_by_its_path(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path)
    folder.write_origin(Origin(models_of=1, instead_of=1))
    (folder.extra / Origin.FILE).write_text("{}")
    with pytest.raises(UserError, match=Origin.FILE):
        folder.origin()


def test_the_newest_span_is_read_from_what_clients_are_told(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path)
    folder.write_info(ModelSpans(spans=SpanRange(first=1, last=3)))
    assert folder.last_span() == 3
