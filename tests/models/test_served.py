"""The served models, saved and loaded again, as a client meets them."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.config import RankerConfig, TwoTowerConfig
from models.layers import as_served
from models.memory.evidence import fit_evidence
from models.memory.interactions import Interactions
from models.ranker import Ranker
from models.request_features import RequestFeatures
from models.reranker import Reranker
from models.retriever import Retriever
from models.scann_search import build_exact
from models.served import save, served_models
from models.two_tower import TwoTower
from tests.models import tiny

ITEMS = 307
MAX_LENGTH = 20


@pytest.fixture(scope="module")
def trained() -> tuple[TwoTower, Ranker]:
    """Towers and a ranker with evidence, as training leaves them but for the training."""
    tf.keras.utils.set_random_seed(5)
    catalog, plays = tiny.catalog(ITEMS), tiny.plays(ITEMS)
    two_tower = TwoTower(catalog, plays, tiny.SIZES, TwoTowerConfig(dimension=8))
    ranker = Ranker(
        catalog, plays, tiny.SIZES, MAX_LENGTH, [names.P_SKIP], RankerConfig(dimension=8, blocks=2)
    )
    two_tower.queries(tiny.batch([[1, 2]]))
    walks = np.random.default_rng(0).integers(1, ITEMS, (200, 12))
    ranker.add_evidence(fit_evidence(Interactions.from_sequences(walks, ITEMS), neighbours=20), 2.0)
    return two_tower, ranker


@pytest.fixture(scope="module")
def saved(tmp_path_factory, trained) -> dict[str, dict[str, str]]:
    """{build: {model: folder of the SavedModel}}."""
    catalog, (two_tower, ranker) = tiny.catalog(ITEMS), trained
    features = RequestFeatures(catalog, tiny.transform, MAX_LENGTH, use_times=True)
    searcher = build_exact(two_tower.candidates().numpy()[1:], names.CANDIDATES).serialised()
    folders: dict[str, dict[str, str]] = {}
    for build in names.BUILDS:
        retrieval = Retriever(two_tower, searcher if build == names.SCANN else None)
        for name, model in served_models(catalog, features, retrieval, Reranker(ranker)).items():
            path = str(tmp_path_factory.mktemp(build) / name)
            save(model, path)
            folders.setdefault(build, {})[name] = path
    return folders


@pytest.fixture(scope="module")
def loaded(saved):
    """{build: {model: loaded SavedModel}}."""
    return {
        build: {name: tf.saved_model.load(path) for name, path in folders.items()}
        for build, folders in saved.items()
    }


@dataclasses.dataclass
class Client:
    """Asks a model with numpy arrays; contextual inputs that are left out are neutral."""

    models: dict

    def plain(self, kind, histories, candidates=None):
        width = max(map(len, histories))
        item_ids = tf.constant([list(h) + [""] * (width - len(h)) for h in histories])
        inputs = {names.ITEM_IDS: item_ids}
        if candidates is not None:
            inputs[names.CANDIDATE_IDS] = tf.constant(candidates)
        return self._call(kind, names.SERVING_DEFAULT, inputs)

    def contextual(self, kind, histories, candidates=None, **filters):
        width, rows = max(map(len, histories)), len(histories)
        inputs = {
            names.ITEM_IDS: tf.constant([list(h) + [""] * (width - len(h)) for h in histories]),
            names.TIMESTAMPS: tf.zeros([rows, width], tf.int64),
            names.REQUEST_TIME: tf.zeros([rows], tf.int64),
            names.CONTEXT: tf.fill([rows, 0], ""),
        }
        for key in (names.EXCLUDE_IDS, names.ONLY, names.WITHOUT):
            inputs[key] = tf.constant(filters[key]) if key in filters else tf.fill([rows, 0], "")
        if candidates is not None:
            inputs[names.CANDIDATE_IDS] = tf.constant(candidates)
        return self._call(kind, names.CONTEXTUAL, inputs)

    def _call(self, kind, signature, inputs):
        return {k: v.numpy() for k, v in self.models[kind].signatures[signature](**inputs).items()}


@pytest.fixture(scope="module", params=names.BUILDS)
def client(request, loaded) -> Client:
    return Client(loaded[request.param])


HISTORIES = [["i00", "i01", "i02"], ["i07"], [""]]


def ids(answer, row=0) -> list[str]:
    return [i.decode() for i in answer[names.ITEM_IDS][row]]


@pytest.mark.parametrize(("kind", "k"), [(names.RETRIEVAL, 200), (names.UPNEXT, 100)])
def test_an_answer_holds_k_distinct_items_with_falling_scores(client, kind, k):
    answer = client.plain(kind, HISTORIES)

    assert answer[names.ITEM_IDS].shape == answer[names.SCORES].shape == (3, k)
    for row in range(3):
        assert len(set(ids(answer, row)) - {""}) == k
        assert (np.diff(answer[names.SCORES][row]) <= 0).all()


@pytest.mark.parametrize("kind", [names.RETRIEVAL, names.UPNEXT])
def test_neutral_contextual_equals_serving_default(client, kind):
    plain, contextual = client.plain(kind, HISTORIES), client.contextual(kind, HISTORIES)

    assert (plain[names.ITEM_IDS] == contextual[names.ITEM_IDS]).all()
    np.testing.assert_array_equal(plain[names.SCORES], contextual[names.SCORES])


def test_filters_are_exact_and_each_row_has_its_own(client):
    exclude = [[f"i{n:02d}" for n in range(150)], [""] * 150, [""] * 150]
    without = [["kind=track"], [""], [""]]

    answer = client.contextual(names.UPNEXT, HISTORIES, exclude_ids=exclude, without=without)
    plain = client.plain(names.UPNEXT, HISTORIES)

    expected = {f"i{n:02d}" for n in range(150, ITEMS) if n % 2 == 1}
    assert set(ids(answer)) - {""} == expected
    assert ids(answer).index("") == len(expected)
    assert np.isneginf(answer[names.SCORES][0, len(expected) :]).all()
    assert ids(answer, 1) == ids(plain, 1)


def test_a_rare_token_is_found_and_an_unknown_one_matches_nothing(client):
    only = [["creator=rare"], ["creator=nobody"], [""]]

    answer = client.contextual(names.UPNEXT, HISTORIES, only=only)

    assert ids(answer, 0)[:2] == [f"i{ITEMS - 1:02d}", ""]
    assert set(ids(answer, 1)) == {""}
    assert "" not in ids(answer, 2)


def test_ranker_scores_candidates_and_gives_none_and_ineligible_ones_minus_infinity(client):
    candidates = [["i05", "", "i06", "no such item"]]

    plain = client.plain(names.RANKER, [["i00"]], candidates)
    filtered = client.contextual(names.RANKER, [["i00"]], candidates, exclude_ids=[["i05"]])

    assert np.isneginf(plain[names.SCORES][0]).tolist() == [False, True, False, True]
    assert np.isneginf(filtered[names.SCORES][0]).tolist() == [True, True, False, True]
    assert plain[names.P_SKIP].shape == (1, 4)


def test_upnext_ranks_as_the_ranker_does(client):
    answer = client.plain(names.UPNEXT, [["i00", "i01"]])

    scored = client.plain(names.RANKER, [["i00", "i01"]], [ids(answer)])

    np.testing.assert_allclose(answer[names.SCORES], scored[names.SCORES], rtol=1e-4, atol=1e-5)


def test_both_builds_agree_and_only_one_has_the_scann_op(loaded):
    scann, stock = (Client(loaded[build]).plain(names.UPNEXT, HISTORIES) for build in names.BUILDS)

    assert (scann[names.ITEM_IDS] == stock[names.ITEM_IDS]).all()


def test_padding_anywhere_and_batch_mates_change_nothing(client):
    alone = client.plain(names.UPNEXT, [["i00", "i01"]])
    padded = client.plain(names.UPNEXT, [["", "i00", "", "i01", ""], ["i09"] * 5])

    assert ids(alone) == ids(padded)


def test_served_scores_are_those_of_the_models_over_the_whole_catalogue(client, trained):
    history = [5, 9, 200, 31]
    two_tower, ranker = trained
    batch, table = as_served(tiny.batch([[*history, 0]])), ranker.items.table()
    query = ranker.queries(batch, table)[:, len(history)]
    by_ranker = ranker.score_all(query, batch[names.ITEM], table).numpy()[0]
    by_towers = tf.linalg.matvec(two_tower.candidates(), two_tower.queries(batch)[0, len(history)]).numpy()

    for kind, scores in ((names.UPNEXT, by_ranker), (names.RETRIEVAL, by_towers)):
        answer = client.plain(kind, [[f"i{item - 1:02d}" for item in history]])
        places = [int(item_id[1:]) + 1 for item_id in ids(answer)]
        np.testing.assert_allclose(answer[names.SCORES][0], scores[places], rtol=1e-4, atol=1e-5)


def test_upnext_ranks_the_best_of_what_the_evidence_puts_next(client, trained):
    _, ranker = trained
    remembered = ranker.remembered(tf.constant([[5, 9]])).numpy()[0]

    scored = client.plain(names.UPNEXT, [["i04", "i08"]])

    assert f"i{remembered.argmax() - 1:02d}" in ids(scored)


@pytest.mark.parametrize("signature", [names.SERVING_DEFAULT, names.CONTEXTUAL])
@pytest.mark.parametrize("kind", names.MODELS)
def test_no_op_of_an_unfiltered_request_touches_the_whole_catalogue(saved, kind, signature):
    shapes = shapes_of_tensors(saved[names.SCANN][kind], signature)

    assert shapes
    # ScaNN's own op is handed its vectors, uncopied, and reads them once
    own = [(op, shape) for op, shape in shapes if "Scann>TensorsToScann" not in op]
    assert [(op, shape) for op, shape in own if {ITEMS, ITEMS + 1} & set(shape)] == []


def shapes_of_tensors(path: str, signature: str) -> list[tuple[str, list[int]]]:
    """Answers one request of neutral inputs and returns the shapes of what each op gave meanwhile."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        meta = v1.saved_model.load(session, ["serve"], path)
        definition = meta.signature_def[signature]
        feed = {}
        for name, info in definition.inputs.items():
            value = [["i00", "i07"]] if name in (names.ITEM_IDS, names.CANDIDATE_IDS) else None
            dtype = tf.as_dtype(info.dtype)
            shape = [1] if name == names.REQUEST_TIME else [1, 0]
            feed[info.name] = np.zeros(shape, dtype.as_numpy_dtype) if value is None else value
        metadata = v1.RunMetadata()
        session.run(
            [info.name for info in definition.outputs.values()],
            feed,
            options=v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE),
            run_metadata=metadata,
        )
    return [
        (node.node_name, [dim.size for dim in output.tensor_description.shape.dim])
        for device in metadata.step_stats.dev_stats
        for node in device.node_stats
        for output in node.output
    ]
