import shutil
from pathlib import Path

import pytest

from serving.loaded_model import LoadedModel
from serving.request import build_request


@pytest.mark.parametrize("name", ["home [1]", "what? * \\\\"])
def test_a_path_with_wildcards_is_no_pattern(upnext_dir: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "1"
    shutil.copytree(upnext_dir, path)
    model = LoadedModel(path)
    assert model.path == path
    assert model.predict(*build_request([["i03"]]))["item_ids"][0, 0] == b"i04"
