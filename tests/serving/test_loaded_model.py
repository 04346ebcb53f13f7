import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from serving.errors import ServingError
from serving.loaded_model import LoadedModel, session_config
from serving.request import build_request
from tests.serving.toy import save_half_plus


@pytest.mark.parametrize("name", ["home [1]", "what? * \\\\"])
def test_a_path_with_wildcards_is_no_pattern(upnext_dir: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "1"
    shutil.copytree(upnext_dir, path)
    model = LoadedModel(path)
    assert model.path == path
    assert model.predict(*build_request([["i03"]]))["item_ids"][0, 0] == b"i04"


@pytest.fixture(scope="module")
def half_plus_two(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    path = tmp_path_factory.mktemp("half") / "1"
    save_half_plus(2.0, path)
    return LoadedModel(path)


@pytest.mark.parametrize("shape", [(), (3,), (2, 1), (1, 2, 2)])
def test_a_model_of_tensorflow_1_answers_whatever_shape_its_graph_takes(
    half_plus_two: LoadedModel, shape: tuple[int, ...]
) -> None:
    answer = half_plus_two.predict("", {"x": np.full(shape, 2.0, np.float32)})
    assert answer["y"].shape == shape
    assert np.all(answer["y"] == 3.0)


def test_the_outputs_and_signatures_of_tensorflow_1_are_named(half_plus_two: LoadedModel) -> None:
    assert set(half_plus_two.signature_defs) == {"serving_default", "classify", "regress"}
    with pytest.raises(ServingError, match='key "nothing" not found'):
        half_plus_two.signature("nothing")


def test_an_error_of_the_graph_tells_its_shape_or_node_and_no_value(upnext_dir: Path) -> None:
    model = LoadedModel(upnext_dir)
    with pytest.raises(ServingError, match=r'"item_ids" expects shape \[\?,\?\] but \[1\]') as refusal:
        model.predict("", {"item_ids": np.array([b"i03"], object)})
    assert refusal.value.code == "INVALID_ARGUMENT"


@pytest.mark.parametrize(("wanted", "threads"), [((), (1, 0)), ((0, 3), (1, 3)), ((4, 2), (4, 2))])
def test_an_op_has_one_thread_unless_someone_says_otherwise(
    wanted: tuple[int, ...], threads: tuple[int, int]
) -> None:
    config = session_config(*wanted)
    assert (config.intra_op_parallelism_threads, config.inter_op_parallelism_threads) == threads


def test_inputs_in_any_order_run_the_same_prepared_graph(upnext_dir: Path) -> None:
    model = LoadedModel(upnext_dir)
    signature, inputs = build_request([["i03"]], request_time=1)
    for names in (list(inputs), sorted(inputs), sorted(inputs, reverse=True)):
        answer = model.predict(signature, {name: inputs[name] for name in names})
        assert answer["item_ids"][0, 0] == b"i04"
    assert len(model._callables) == 1


def test_twenty_versions_with_scann_leave_neither_memory_nor_threads(home: Path) -> None:
    def load_and_ask() -> None:
        model = LoadedModel(home / "serving" / "scann" / "retrieval" / "1")
        assert model.predict(*build_request([["i05"]]))["item_ids"][0, 0] == b"i06"
        model.close()

    for _ in range(3):  # TensorFlow's own pools are there after these
        load_and_ask()
    memory, threads = _resident_mib(), _native_threads()
    for _ in range(20):
        load_and_ask()
    assert _native_threads() == threads
    assert _resident_mib() < memory + 10
    assert threading.active_count() < 10


def _native_threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


def _resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
