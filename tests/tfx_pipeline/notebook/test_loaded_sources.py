"""An edit of what is loaded is seen; one of what is not, or of others' code, is not."""

import importlib
import sys
from pathlib import Path

import pytest

from listening_log.errors import UserError
from tfx_pipeline.notebook import loaded_sources
from tfx_pipeline.notebook.loaded_sources import check_sources


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The file of a loaded module, the only one that counts as ours."""
    file = tmp_path / "layers_of_a_test.py"
    file.write_text("WIDTH = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(loaded_sources, "PACKAGES", ("layers_of_a_test",))
    monkeypatch.setattr(loaded_sources, "_SEEN", {})
    importlib.import_module("layers_of_a_test")
    yield file
    del sys.modules["layers_of_a_test"]


def test_an_edit_after_loading_asks_for_a_fresh_kernel(source):
    check_sources()
    source.write_text("WIDTH = 2\n")
    with pytest.raises(
        UserError, match="layers_of_a_test has changed since it was loaded: restart the kernel"
    ):
        check_sources()


def test_a_source_that_is_gone_has_changed(source):
    check_sources()
    source.unlink()
    with pytest.raises(UserError, match="has changed"):
        check_sources()


def test_a_file_that_is_written_again_as_it_was_has_not_changed(source):
    check_sources()
    source.write_text("WIDTH = 1\n")
    check_sources()


def test_other_packages_may_change(source, monkeypatch):
    monkeypatch.setattr(loaded_sources, "PACKAGES", ("models",))
    check_sources()
    source.write_text("WIDTH = 2\n")
    check_sources()
