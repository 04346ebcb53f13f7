"""The trainer hands the catalogue and the summary to `run_fn`, beside what TFX's own does."""

import json
from pathlib import Path

import pytest
from tfx import types
from tfx.components.trainer.fn_args_utils import FnArgs
from tfx.types import standard_artifacts

from components.common.artifacts import LogSummary, ProductionModels
from components.trainer import component as module
from components.trainer.component import Executor, Trainer
from components.trainer.fit_arguments import FitArguments, FitSettings
from models.config import RankerConfig


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, list[types.Artifact]]:
    artifacts = {}
    for name, kind in {
        "examples": standard_artifacts.Examples,
        "catalog": standard_artifacts.Examples,
        "catalog_transform": standard_artifacts.TransformGraph,
        "transform_graph": standard_artifacts.TransformGraph,
        "summary": LogSummary,
        "production": ProductionModels,
        "base_model": standard_artifacts.Model,
    }.items():
        artifact = kind()
        artifact.uri = str(tmp_path / name)
        artifacts[name] = [artifact]
    artifacts["examples"][0].split_names = '["train", "eval", "test", "all"]'
    return artifacts


def channels(**more: type) -> dict[str, types.BaseChannel]:
    kinds = {
        "examples": standard_artifacts.Examples,
        "transform_graph": standard_artifacts.TransformGraph,
        "schema": standard_artifacts.Schema,
        "catalog": standard_artifacts.Examples,
        "catalog_transform": standard_artifacts.TransformGraph,
        "summary": LogSummary,
        "production": ProductionModels,
        **more,
    }
    return {name: types.Channel(type=kind) for name, kind in kinds.items()}


def make(monkeypatch: pytest.MonkeyPatch, **more: type) -> Trainer:
    monkeypatch.setattr(module, "code_digest", lambda *modules: "+".join(modules))
    return Trainer(
        "RankerTrainer",
        run_fn="components.trainer.ranker.run_fn",
        config=RankerConfig(dimension=8),
        max_length=4,
        seed=17,
        max_positions=100,
        **channels(**more),
    )


def fn_args(trainer: Trainer, inputs: dict, tmp_path: Path) -> FnArgs:
    outputs = {}
    for name in ("model", "model_run"):
        artifact = trainer.outputs[name].type()
        artifact.uri = str(tmp_path / name)
        outputs[name] = [artifact]
    properties = {
        name: value for name, value in trainer.exec_properties.items() if isinstance(value, str | int)
    }
    properties |= {name: str(trainer.exec_properties[name]) for name in ("train_args", "eval_args")}
    return Executor()._GetFnArgs(inputs, outputs, properties)


def test_run_fn_finds_every_input(inputs: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = make(monkeypatch, base_model=standard_artifacts.Model)
    arguments = fn_args(trainer, inputs, tmp_path).custom_config
    assert arguments.model_config(RankerConfig) == RankerConfig(dimension=8, max_positions=100)
    assert arguments == FitArguments(
        settings=FitSettings(
            stage="RankerTrainer",
            train=True,
            rehearse=False,
            max_length=4,
            model=RankerConfig(dimension=8, max_positions=1).to_json(),
        ),
        seed=17,
        max_positions=100,
        transform_graph_uri=str(tmp_path / "transform_graph"),
        examples_uri=str(tmp_path / "examples"),
        catalog_uri=str(tmp_path / "catalog"),
        catalog_transform_uri=str(tmp_path / "catalog_transform"),
        summary_uri=str(tmp_path / "summary"),
        production_uri=str(tmp_path / "production"),
        base_model_uri=str(tmp_path / "base_model"),
        checkpoint=None,
    )
    digest = json.loads(trainer.exec_properties["custom_config"])["code_digest"]
    assert digest == "components.trainer.component+components.trainer.ranker"


def test_a_first_fit_trains_on_train_and_a_final_one_on_everything(
    inputs: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = fn_args(make(monkeypatch, base_model=standard_artifacts.Model), inputs, tmp_path)
    del inputs["base_model"]
    first = fn_args(make(monkeypatch), inputs, tmp_path)
    assert first.train_files == [str(tmp_path / "examples" / "Split-train" / "*")]
    assert final.train_files == [str(tmp_path / "examples" / "Split-all" / "*")]
    assert first.eval_files == final.eval_files == [str(tmp_path / "examples" / "Split-eval" / "*")]
    assert first.custom_config.base_model_uri is None


def test_the_node_has_the_given_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make(monkeypatch).id == "RankerTrainer"
