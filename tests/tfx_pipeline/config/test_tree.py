import json
from pathlib import Path

import pytest

from listening_log.errors import UsageError
from tfx_pipeline.config.tree import Config, load_config


def test_the_defaults_are_valid():
    assert load_config() == Config()


def test_overrides_come_after_the_file(tmp_path: Path):
    path = tmp_path / "config.yaml"
    path.write_text("seed: 3\nranker:\n  dimension: 32\n  heads: 4\n")
    config = load_config(path, ["ranker.dimension=16"])
    assert (config.seed, config.ranker.dimension, config.ranker.heads) == (3, 16, 4)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("ranker.dropuot=0.1", "ranker.dropuot: unknown key; did you mean ranker.dropout?"),
        ("log.split=random", "log.split: expected one of auto, time, leave-last-out, got the text 'random'"),
        ("log.eval_share=1.5", "log.eval_share: expected a share from 0 to 1, got 1.5"),
        ("log.test_share=0", "log.test_share: expected more than 0, got 0.0"),
        ("retrieval.batch_size=0", "retrieval.batch_size: expected 1 or more, got 0"),
        ("ranker.learning_rate=-1", "ranker.learning_rate: expected more than 0, got -1.0"),
        ("ranker.dropout=1", "ranker.dropout: expected less than 1, got 1.0"),
        ("seed=-1", "seed: expected 0 or more, got -1"),
        ("seed=2147483648", "seed: expected less than 2**31, got 2147483648"),
        ("log.max_length=1", "log.max_length: expected 2 or more, got 1"),
        ("ranker.heads=3", "ranker.heads: expected a divisor of ranker.dimension 128, got 3"),
    ],
)
def test_a_setting_out_of_range_stops_with_its_path(override: str, message: str):
    with pytest.raises(UsageError) as caught:
        load_config(None, [override])
    assert str(caught.value) == message


def test_two_cuts_that_leave_no_training_data_are_refused():
    with pytest.raises(UsageError, match=r"log\.eval_share: together with log\.test_share"):
        load_config(None, ["log.eval_share=0.5", "log.test_share=0.5"])


def test_the_json_is_the_same_for_the_same_settings_and_reads_back():
    first = load_config(None, ["seed=5", "ranker.dimension=32"])
    second = load_config(None, ["ranker.dimension=32", "seed=5"])
    assert first.to_json() == second.to_json()
    assert json.loads(first.to_json())["ranker"]["dimension"] == 32
