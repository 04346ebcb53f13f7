import json
from pathlib import Path

import pytest

from listening_log.errors import UserError
from tfx_pipeline.config.tree import Config, load_config
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord
from tfx_pipeline.simulation.retraining import lenient, retrain


def test_only_the_checks_of_a_span_become_lenient(tmp_path: Path) -> None:
    before = load_config(None, ["seed=3", "spans.may_lack=[country]", "spans.max_before=0.1"])
    path = tmp_path / "settings.yaml"
    path.write_text(json.dumps(lenient(before.model_dump(mode="json"))))
    after = load_config(path)
    assert after.spans.may_lack == ("country", "device", "ms_played")
    assert (after.spans.min_size, after.spans.max_drift, after.spans.max_before) == (0, 1, 0.1)
    assert after.model_copy(update={"spans": before.spans}) == before != Config()


def test_why_a_run_failed_is_said_in_a_line(tmp_path: Path) -> None:
    home = Home(tmp_path)
    RunRecord(data_dir=str(tmp_path / "gone"), spans="2").write(home.path)
    with pytest.raises(UserError, match=r"^the run of span 2 failed: .*gone.*\(details: .*logs\)$"):
        retrain(home)
