"""Runs example generation in process on small logs, and reads back what it wrote."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

CATALOG = "item_id,title,genres\na,Ah,x|y\nb,Bee,x\nc,Sea,\nd,,\n"
EVENTS = (
    "user_id,item_id,timestamp\n"
    "u1,a,1000\nu1,b,1060\nu1,c,1120\nu1,d,1180\n"
    "u2,d,1000\nu2,c,1060\nu2,b,1120\n"
    "u3,a,1000\n"
)


@dataclasses.dataclass
class Written:
    """What a run of example generation left."""

    root: Path
    summary: dict[str, Any]
    artifacts: dict[str, Any]

    def windows(self, split: str) -> list[dict[str, list[Any]]]:
        return _read(self.root / "examples" / f"Split-{split}")

    def items(self) -> list[dict[str, list[Any]]]:
        return _read(self.root / "catalog" / "Split-catalog")

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


def _read(folder: Path) -> list[dict[str, list[Any]]]:
    import tensorflow as tf

    files = sorted(str(path) for path in folder.iterdir())
    return [
        {name: _values(feature) for name, feature in example.features.feature.items()}
        for record in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator()
        for example in [tf.train.Example.FromString(record)]
    ]


def _values(feature: Any) -> list[Any]:
    return list(feature.int64_list.value) or [value.decode() for value in feature.bytes_list.value]


@pytest.fixture
def generate(tmp_path: Path) -> Callable[..., Written]:
    """Runs the executor on tables given as texts by file name; further arguments are LogConfig's."""
    from tfx.types import standard_artifacts

    from components.artifacts import LogSummary
    from components.data_digest import data_digest
    from components.example_gen.executor import Executor
    from components.listening_log.policies import LogConfig

    runs = iter(range(100))

    def run(files: Mapping[str, str] | None = None, *, final_fit: bool = True, **config: Any) -> Written:
        root = tmp_path / f"run{next(runs)}"
        data = root / "data"
        data.mkdir(parents=True)
        for name, text in (files or {"events.csv": EVENTS, "catalog.csv": CATALOG}).items():
            (data / name).write_text(text)
        out = root / "out"
        types = {"examples": standard_artifacts.Examples, "catalog": standard_artifacts.Examples}
        outputs = {}
        for name, kind in {**types, "summary": LogSummary}.items():
            artifact = kind()
            artifact.uri = str(out / name)
            outputs[name] = [artifact]
        context = Executor.Context(
            beam_pipeline_args=["--direct_running_mode=in_memory", "--direct_num_workers=1"],
            tmp_dir=str(root / "tmp"),
            unique_id="1",
        )
        properties = {
            "data_dir": str(data),
            "log_config": json.dumps(dataclasses.asdict(LogConfig(**config))),
            "data_digest": data_digest(str(data)),
            "code_digest": "",
            "final_fit": int(final_fit),
        }
        Executor(context).Do({}, outputs, properties)
        summary = json.loads((out / "summary" / "summary.json").read_text())
        return Written(out, summary, {name: artifacts[0] for name, artifacts in outputs.items()})

    return run
