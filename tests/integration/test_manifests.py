"""The command of the manifests serves the `stock` build that a run pushed, by the guide's signatures.

TF Serving's binary isn't run here: our server takes the same flags.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from components.pushed.pushed_models import PushedModels
from models import names
from serving.client import Client
from serving.request import Wishes
from tests.integration.whole import WholeRun
from tests.serving.running import ServerProcess
from tests.serving.test_deploy import CONFIGS, FOLDER, SERVING_PODS, probes

PLAIN = {names.ITEM_IDS: ("DT_STRING", 2)}
CONTEXTUAL = {
    **PLAIN,
    names.TIMESTAMPS: ("DT_INT64", 2),
    names.REQUEST_TIME: ("DT_INT64", 1),
    names.CONTEXT: ("DT_STRING", 2),
    names.EXCLUDE_IDS: ("DT_STRING", 2),
    names.ONLY: ("DT_STRING", 2),
    names.WITHOUT: ("DT_STRING", 2),
}
"""The guide's tables: each input's type and rank."""
CANDIDATES = {names.CANDIDATE_IDS: ("DT_STRING", 2)}
ANSWERS = {names.ITEM_IDS: ("DT_STRING", 2), names.SCORES: ("DT_FLOAT", 2)}
HEADS = dict.fromkeys((names.SCORES, names.P_COMPLETE, names.P_SKIP), ("DT_FLOAT", 2))


@pytest.fixture(scope="module")
def stock(whole_run: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The manifest's command, with its folders where they are here, and with batching."""
    (container,) = SERVING_PODS["plain"]["containers"]
    words = [word.replace(CONFIGS, str(FOLDER)) for word in container["args"] if "port=" not in word]
    words = [word.replace("/mnt/upnext", str(whole_run.home)) for word in words]
    words += ["--enable_batching=true", f"--batching_parameters_file={FOLDER / 'batching.config'}"]
    server = ServerProcess(words, tmp_path_factory.mktemp("stock"))
    server.wait_until_ready()
    yield server
    server.stop()


def shapes(tensors: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """Each tensor's type and rank; its rows must be of any number, so that batching can join them."""
    assert all(info["tensor_shape"]["dim"][0]["size"] == "-1" for info in tensors.values())
    return {name: (info["dtype"], len(info["tensor_shape"]["dim"])) for name, info in tensors.items()}


@pytest.mark.parametrize("model", names.MODELS)
def test_the_signatures_are_those_of_the_guide(stock: ServerProcess, model: str):
    status, answer = stock.rest(f"/v1/models/{model}/metadata")
    assert status == 200
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    more = CANDIDATES if model == names.RANKER else {}
    for name, inputs in ((names.SERVING_DEFAULT, PLAIN), (names.CONTEXTUAL, CONTEXTUAL)):
        assert shapes(signatures[name]["inputs"]) == {**inputs, **more}
        assert signatures[name]["method_name"] == "tensorflow/serving/predict"
        answers = shapes(signatures[name]["outputs"])
        if model == names.RANKER:
            assert answers.items() <= HEADS.items()
            assert names.SCORES in answers
        else:
            assert answers == ANSWERS


def test_the_probes_are_answered(stock: ServerProcess):
    for get in probes(SERVING_PODS["plain"]):
        assert stock.rest(get["path"])[0] == 200


def test_requests_of_any_length_and_wish_are_answered_together_as_alone(
    stock: ServerProcess, whole_run: WholeRun
):
    items = list(PushedModels(whole_run.home / "serving").served(names.STOCK, names.UPNEXT).titles())
    histories = [items[place : place + place % 7] for place in range(24)]
    wishes: list[Wishes] = [{}, {"exclude": [items[:9]]}, {"without": [["kind=episode"]]}]

    with Client(stock.address, timeout=60, connections=4) as client, ThreadPoolExecutor(8) as pool:

        def ask(place: int) -> tuple[set[str], set[str]]:
            (best,) = client.recommend([histories[place]], k=10, **wishes[place % 3])
            (ranked,) = client.rank([histories[place]], [items[: 5 + place]])
            return set(best.ids), set(ranked.ids)

        places = range(len(histories))
        alone = [ask(place) for place in places]
        together = list(pool.map(ask, places))
    for place in places:
        assert together[place][1] == alone[place][1] == set(items[: 5 + place])
        assert len(together[place][0] & alone[place][0]) >= 9  # sums of floats differ in their last bits
