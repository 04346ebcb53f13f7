"""Runs example generation in process on small logs, and reads back what it wrote."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
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
    """Runs the executor on tables given as texts by file name (an Arrow table becomes Parquet).

    Further arguments are those of `generate_log`. What a run that fails leaves lies in `tmp_path / "run0"`.
    """
    from tests.components.example_gen.generate_log import generate_log

    runs = iter(range(100))

    def run(files: Mapping[str, str | pa.Table] | None = None, **how: Any) -> Written:
        root = tmp_path / f"run{next(runs)}"
        for name, table in (files or {"events.csv": EVENTS, "catalog.csv": CATALOG}).items():
            path = root / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(table, str):
                path.write_text(table, encoding="utf-8")
            else:
                pq.write_table(table, path)
        artifacts = generate_log(root / "data", root / "out", **how)
        summary = json.loads((root / "out" / "summary" / "summary.json").read_text())
        return Written(root / "out", summary, artifacts)

    return run
