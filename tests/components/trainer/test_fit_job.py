"""One training: what it starts from, what it trains on, what it leaves."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.common import progress
from components.common.records import Production
from components.trainer import fit as fits
from components.trainer import fit_job, retrieval, trained_model
from components.trainer.fit_arguments import FitArguments, FitSettings
from components.trainer.fit_job import Job
from components.trainer.history import History
from components.trainer.training_records import RetrievalTraining
from components.trainer.warm_start import WEIGHTS
from listening_log.errors import UserError
from models import names
from models.config import TwoTowerConfig
from models.retriever import Retriever
from models.served import ServedRetrieval
from models.two_tower import TwoTower
from tests.components.trainer.tiny_inputs import MAX_LENGTH, tiny_inputs

CONFIG = TwoTowerConfig(dimension=8, uniform_negatives=16, max_epochs=2, batch_size=2)
WINDOWS = [[1, 2, 3], [2, 3, 4], [3, 4, 5]]


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stages report beside their steps."""
    reported: list[str] = []
    monkeypatch.setattr(
        progress,
        "report",
        lambda stage, **facts: reported.extend(str(facts[key]) for key in facts if key == "note"),
    )
    return reported


def job(
    folder: Path,
    *,
    train: bool = True,
    rehearse: bool = False,
    base_model: str | None = None,
    version: int = 0,
) -> Job:
    production = folder / "production"
    Production(version=version).write(production)
    settings = FitSettings(
        stage="RetrievalTrainer",
        train=train,
        rehearse=rehearse,
        max_length=MAX_LENGTH,
        model=CONFIG.to_json(),
    )
    arguments = FitArguments(
        settings=settings,
        seed=3,
        max_positions=1000,
        transform_graph_uri="",
        examples_uri=str(folder),
        catalog_uri="",
        catalog_transform_uri="",
        summary_uri="",
        production_uri=str(production),
        base_model_uri=base_model,
    )
    inputs = tiny_inputs(folder, train=WINDOWS, all=[*WINDOWS, [4, 5, 6]])
    return Job(arguments, inputs, names.RETRIEVAL, str(folder / "model" / "Format-Serving"))


def built(training: Job, config: TwoTowerConfig = CONFIG) -> TwoTower:
    tf.keras.utils.set_random_seed(3)
    return retrieval.build(training.inputs, training.plays, config)


def fit(training: Job, model: TwoTower):
    return training.fit(model, CONFIG, monitor="eval", measure=lambda: 0.5)


def put_into_production(folder: Path, model: TwoTower, training: Job) -> None:
    place = folder / "production" / names.RETRIEVAL
    place.mkdir(parents=True)
    tf.train.Checkpoint(model=model).write(str(place / WEIGHTS))
    training.inputs.rows.save(str(place))


def test_a_first_fit_trains_on_train_and_a_final_one_or_none_at_all_on_everything(tmp_path: Path) -> None:
    first, final, unchanged = job(tmp_path), job(tmp_path, base_model="m"), job(tmp_path, train=False)

    assert [first.split, final.split, unchanged.split] == [names.TRAIN, names.ALL, names.ALL]
    assert first.plays.tolist() == [0, 1, 2, 3, 2, 1, *[0] * 7]
    assert final.plays.tolist() == [0, 1, 2, 3, 3, 2, 1, *[0] * 6]


@pytest.mark.parametrize(
    ("rehearse", "version", "short", "split"),
    [
        (True, 0, True, names.LEARNT),
        (True, 0, False, names.TRAIN),
        (True, 7, True, names.TRAIN),  # production has learnt from newcomers
        (False, 0, True, names.TRAIN),  # no final fit would
    ],
)
def test_a_first_fit_leaves_newcomers_out_where_a_final_one_will_learn_from_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rehearse: bool, version: int, short: bool, split: str
) -> None:
    monkeypatch.setattr(fit_job, "leaves_newcomers_out", lambda summary: short)

    assert job(tmp_path, rehearse=rehearse, version=version).split == split


def test_without_a_model_in_production_a_first_fit_starts_afresh_and_says_nothing(
    tmp_path: Path, notes: list[str]
) -> None:
    training = job(tmp_path)

    history = fit(training, built(training))

    assert len(history.epochs) == 2
    assert history.monitor == "eval"
    assert notes == []


def test_a_first_fit_starts_from_the_model_in_production(tmp_path: Path, notes: list[str]) -> None:
    training = job(tmp_path, version=7)
    put_into_production(tmp_path, built(training), training)

    fit(training, built(training))

    assert notes == ["starts from version 7"]


def test_a_model_of_other_sizes_in_production_is_named_and_passed_over(
    tmp_path: Path, notes: list[str]
) -> None:
    training = job(tmp_path, version=7)
    wide = built(training, CONFIG.model_copy(update={"dimension": 16}))
    put_into_production(tmp_path, wide, training)

    fit(training, built(training))

    assert notes == ["starts afresh: version 7 has other sizes"]


def test_without_training_the_model_in_production_stays(tmp_path: Path) -> None:
    training = job(tmp_path, train=False, version=7)
    theirs, ours = built(training), built(training)
    theirs.items.ids.assign_add(tf.ones_like(theirs.items.ids))
    put_into_production(tmp_path, theirs, training)

    history = fit(training, ours)

    assert (history.best, history.epochs) == (0.5, [])
    np.testing.assert_array_equal(ours.items.ids, theirs.items.ids)


@pytest.mark.parametrize(("version", "why"), [(0, "there is none"), (7, "it has other sizes")])
def test_without_training_a_model_in_production_must_fit(tmp_path: Path, version: int, why: str) -> None:
    training = job(tmp_path, train=False, version=version)
    if version:
        wide = built(training, CONFIG.model_copy(update={"dimension": 16}))
        put_into_production(tmp_path, wide, training)

    with pytest.raises(UserError, match=f"nothing to build on in production: {why}.*--only index"):
        fit(training, built(training))


def test_a_final_fit_goes_on_from_what_the_first_has_left(tmp_path: Path) -> None:
    first = job(tmp_path)
    model = built(first)
    history = fit(first, model)
    record = RetrievalTraining(max_length=MAX_LENGTH, items=12, history=history.as_record(), config=CONFIG)
    served = ServedRetrieval(
        first.inputs.catalog, first.inputs.request_features(MAX_LENGTH), Retriever(model, None)
    )

    folder = first.finish(model, model, served, record)
    base_model = str(tmp_path / "model")
    final = job(tmp_path, base_model=base_model)
    loaded = retrieval.load(base_model, final.inputs)

    assert folder == trained_model.parts_dir(base_model)
    assert set(tf.saved_model.load(first.serving_model_dir).signatures) == {
        names.SERVING_DEFAULT,
        names.CONTEXTUAL,
    }
    np.testing.assert_array_equal(loaded.candidates(), model.candidates())
    assert fit(final, built(final)).best_epoch == 1  # a quarter of the best, at least one


def test_a_rehearsal_learns_what_is_known_before_test_and_leaves_the_first_fit_as_it_was(
    tmp_path: Path,
) -> None:
    training = job(tmp_path, rehearse=True)
    model = built(training)
    history = fit(training, model)
    first = [weight.copy() for weight in model.get_weights()]
    plays: list[np.ndarray] = []

    def build(known_plays: np.ndarray) -> TwoTower:
        plays.append(known_plays)
        return retrieval.build(training.inputs, known_plays, CONFIG)

    rehearsal = training.rehearse(model, build, CONFIG, history)

    assert training.last_split == names.KNOWN
    assert plays[0].tolist() == job(tmp_path, base_model="m").plays.tolist()  # no target here is of `test`
    assert rehearsal is not model
    assert all(np.array_equal(now, before) for now, before in zip(model.get_weights(), first, strict=True))
    assert not np.array_equal(rehearsal.items.ids, model.items.ids)


def test_a_final_fit_begins_anew_where_the_first_says_so(tmp_path: Path) -> None:
    first = job(tmp_path)
    model = built(first)
    history = fit(first, model)
    history.best_epoch = 3
    record = RetrievalTraining(
        max_length=MAX_LENGTH, items=12, history=history.as_record(), config=CONFIG, anew=True
    )
    features = first.inputs.request_features(MAX_LENGTH)
    served = ServedRetrieval(first.inputs.catalog, features, Retriever(model, None))
    first.finish(model, model, served, record)
    final = job(tmp_path, base_model=str(tmp_path / "model"))

    last = fit(final, built(final))

    assert final.anew(last)
    assert last.best_epoch == 3


@pytest.mark.parametrize(("most", "warm", "anew"), [(24, False, True), (23, False, False), (24, True, False)])
def test_a_cheap_fit_is_done_anew_unless_production_has_warmed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, warm: bool, anew: bool
) -> None:
    monkeypatch.setattr(fits, "ANEW_POSITIONS", most)
    training = job(tmp_path, rehearse=True)  # twelve plays before `test`

    assert training.anew(History("eval", best_epoch=2, warm=warm)) == anew


def test_without_a_rehearsal_the_first_fit_is_what_is_measured(tmp_path: Path) -> None:
    training = job(tmp_path)
    model = built(training)

    assert training.last_split == names.TRAIN
    history = fit(training, model)
    assert training.rehearse(model, lambda plays: model, CONFIG, history) is model
