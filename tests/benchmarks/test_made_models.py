"""Made models answer as trained ones do, and the bare server answers at all."""

import grpc
import numpy as np
import pytest

from benchmarks import bare_server, load
from benchmarks.histories import item_ids, near_places
from benchmarks.made_models import make_models
from models import names
from serving.loaded_model import load_model
from serving.request import build_request
from serving.tensors import to_array
from tests.models import tiny

ITEMS = 300
HISTORY = [item_id.decode() for item_id in item_ids(3)]


@pytest.mark.parametrize("build", names.BUILDS)
def test_made_models_answer(build, tmp_path, capfd):
    folders = make_models(tmp_path, ITEMS, build, tiny.transform, seed=1)

    answer = load_model(folders[names.UPNEXT]).predict(*build_request([HISTORY]))

    assert sorted(folders) == sorted(names.MODELS)
    assert set(answer[names.ITEM_IDS][0]) <= set(item_ids(ITEMS))
    assert np.isfinite(answer[names.SCORES]).all()


def test_places_of_a_history_lie_near_each_other():
    places = near_places(10_000, 4, 20, seed=1)

    assert places.shape == (4, 20)
    assert ((places - places[:, :1] + 5000) % 10_000 - 5000 < 300).all()


def test_the_bare_server_answers_as_many_items_as_retrieval(tmp_path):
    server, port = bare_server.start(0, str(tmp_path))
    request = load.request_bytes(names.RETRIEVAL, *build_request([HISTORY]))

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = channel.unary_unary(
            load.PREDICT, response_deserializer=load.predict_pb2.PredictResponse.FromString
        )(request)
    server.stop(None)

    assert to_array("", answer.outputs[names.SCORES]).shape == (1, names.CANDIDATES)
