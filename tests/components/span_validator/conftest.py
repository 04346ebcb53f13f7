"""A made world in spans, and the executor run on them in process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.span_validator.config import SpansConfig
from listening_log.world import make_world
from tests.support.spans import cut_into_spans

Validate = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """31 days of some 2,000 events each, from a Monday on."""
    folder = tmp_path_factory.mktemp("spans") / "world"
    make_world(folder, users=1000, items=400, days=31, seed=3)
    return folder


@pytest.fixture(scope="session")
def made_spans(made_world: Path) -> Path:
    """Three weeks, and ten days after them, a span each."""
    folder = made_world.with_name("data")
    cut_into_spans(made_world, folder, range(21, 31))
    return folder


@pytest.fixture(scope="session")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One for all tests: TFX packs its own code for the workers of each."""
    from components.span_validator.executor import Executor

    return Executor(
        Executor.Context(
            beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"],
            tmp_dir=str(tmp_path_factory.mktemp("tmp")),
            unique_id="1",
        )
    )


@pytest.fixture
def validate(tmp_path: Path, executor: Any) -> Validate:
    """Runs the executor on spans; further arguments are SpansConfig's. Returns `span_validation.json`."""
    from components.common.artifacts import SpanValidation

    runs = iter(range(100))

    def run(data: Path, spans: str = "2", **config: Any) -> dict[str, Any]:
        out = tmp_path / f"out{next(runs)}"
        artifact = SpanValidation()
        artifact.uri = str(out)
        properties = {
            "data_dir": str(data),
            "spans": spans,
            "log_config": "{}",
            "config": SpansConfig(**config).to_json(),
            "data_digest": str(out),
            "code_digest": "",
        }
        executor.Do({}, {"validation": [artifact]}, properties)
        assert not (out / ".partial").exists()
        return json.loads((out / "span_validation.json").read_text()) | {"folder": out}

    return run
