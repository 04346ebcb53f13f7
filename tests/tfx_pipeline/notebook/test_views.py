"""What the notebook shows says what the stages' files say."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.common.records import (
    Evaluation,
    Gate,
    Ranking,
    SliceRanking,
    SpanFigures,
    SpanValidation,
    SplitFigures,
)
from components.trainer.training_records import TrainingHistory
from models import names
from serving.titles import Title
from tfx_pipeline.notebook import views

TITLES = {
    "a": Title("Morning Light", "The Larks", "track"),
    "b": Title("Slow River", "The Larks", "track"),
    "c": Title("On Bridges", "Built", "episode"),
}
WINDOW = {
    names.USER_ID: [b"ann"],
    names.WINDOW_START: [4],
    names.ITEM_IDS: [b"a", b"c", b"zzz"],
    names.TIMESTAMPS: [1_700_000_000, 1_700_009_000, 0],
    names.OUTCOMES: [names.COMPLETED, names.SKIPPED, names.UNKNOWN],
    names.TARGETS: [0, 1, 1],
    names.LISTENER: [b"country=SE", b"plan=free"],
    names.CONTEXT: [b"surface=home", b"", b"", b"device=car", b"", b""],
}


def test_an_example_in_words_tells_who_played_what_when_and_what_is_asked():
    assert views.window_in_words(WINDOW, TITLES).splitlines() == [
        "ann (country=SE, plan=free)",
        "plays 5 to 7 of the history; asked for: 2 of these 3:",
        "    Tue 2023-11-14 22:13  Morning Light, The Larks  [completed  surface=home]",
        "  ? Wed 2023-11-15 00:43  On Bridges, Built  [skipped  device=car]",
        "  ? (time unknown)  zzz  [unknown]",
        "A ? is asked for: the model sees the plays above it, and when and where it was.",
    ]


def test_of_a_long_example_the_newest_plays_are_told():
    text = views.window_in_words(WINDOW, TITLES, last=1)
    assert "asked for: 2 of these 3; the newest 1:" in text
    assert "Morning Light" not in text
    assert "zzz" in text


def test_a_log_without_context_has_an_example_in_words_too():
    bare = {key: value for key, value in WINDOW.items() if key not in (names.LISTENER, names.CONTEXT)}
    lines = views.window_in_words(bare, TITLES).splitlines()
    assert lines[0] == "ann"
    assert lines[3].endswith("On Bridges, Built  [skipped]")


def test_a_log_in_one_piece_has_no_span_to_compare_with():
    assert views.span_line(SpanValidation(newest=None, spans={}, distances={})).startswith(
        "Nothing to compare with"
    )


def test_the_verdict_on_a_span_is_a_line():
    spans = {
        span: SpanFigures(rows=events, events=events, days=1, items=9, policies={}, columns=[])
        for span, events in ((2, 900), (3, 1200))
    }
    validation = SpanValidation(newest=3, spans=spans, distances={})
    assert views.span_line(validation) == "Span 3, 1,200 events: like the 1 before it."


def test_splits_are_told_with_their_outcomes():
    outcomes = {"unknown": 0, "completed": 4, "partial": 0, "skipped": 1}
    table = views.split_table({"train": SplitFigures(windows=2, targets=5, outcomes=outcomes)})
    assert table.loc["train"].to_dict() == {
        "windows": 2, "targets": 5, "unknown": 0, "completed": 4, "partial": 0, "skipped": 1
    }  # fmt: skip


def test_statistics_have_a_line_a_feature():
    statistics = statistics_pb2.DatasetFeatureStatisticsList()
    dataset = statistics.datasets.add(num_examples=4)
    number = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.INT)
    number.path.step.append("timestamps")
    number.num_stats.CopyFrom(statistics_pb2.NumericStatistics(min=1, median=2500, max=5000))
    number.num_stats.common_stats.CopyFrom(
        statistics_pb2.CommonStatistics(num_non_missing=3, avg_num_values=2.5)
    )
    text = dataset.features.add(type=statistics_pb2.FeatureNameStatistics.STRING)
    text.path.step.append("listener")
    text.string_stats.CopyFrom(statistics_pb2.StringStatistics(unique=2))
    text.string_stats.top_values.add(value="plan=free", frequency=3)

    table = views.statistics_table(statistics)

    assert table.loc["timestamps", ["filled", "values each", "median", "highest"]].to_list() == [
        0.75, 2.5, "2,500", "5,000"
    ]  # fmt: skip
    assert table.loc["listener", ["distinct", "most frequent"]].to_list() == ["2", "plan=free"]


def test_buckets_are_told_by_their_range():
    table = views.bucket_table(np.array([1, 2, 1, 2]), np.array([5, 200_000, 65, 90_000]))
    assert table["from"].to_list() == ["5 s", "1.0 days"]
    assert table["to"].to_list() == ["1:05", "2.3 days"]
    assert table["events"].to_list() == [2, 2]


def test_neighbours_are_by_angle_and_never_the_item_itself():
    vectors = np.array([[1.0, 0.0], [0.0, 9.0], [5.0, 0.0], [1.0, 1.0]], np.float32)
    near, cosines = views.neighbours(vectors, 0, 2)
    assert near.tolist() == [2, 3]
    assert cosines == pytest.approx([1.0, np.sqrt(0.5)])


def test_the_ranking_tells_where_retrieval_had_each_item():
    table = views.reranked(["a", "b", "c"], {"a": 0.1, "b": 0.3, "c": 0.2}, TITLES, 2)
    assert table.index.to_list() == [1, 2]
    assert table.title.to_list() == ["Slow River", "On Bridges"]
    assert table.retrieval.to_list() == [2, 3]
    assert table.score.to_list() == [0.3, 0.2]


def test_items_without_a_title_are_told_by_their_id():
    assert views.title_table(["zzz"], TITLES).title.to_list() == ["zzz"]


def ranking(ndcg: float = 0.25) -> Ranking:
    return Ranking(hr_at_10=0.5, ndcg_at_10=ndcg, mrr=0.2)


def test_models_stand_above_the_baselines():
    table = views.quality_table({"popularity": ranking(), "two_stage": ranking()})
    assert table.index.to_list() == ["retrieval, then ranker", "popularity"]
    assert table.columns.to_list() == ["hr@10", "ndcg@10", "mrr"]


def test_two_evaluations_stand_side_by_side():
    before, after = (
        Evaluation(
            targets=9,
            listeners=3,
            exclude_seen=False,
            metrics={"ranker": ranking(ndcg)},
            retrieval_recall={},
            against={},
            slices={},
            production=None,
        )
        for ndcg in (0.25, 0.3)
    )
    table = views.compared({"before": before, "after": after})
    assert table.loc["ranker alone"].to_dict() == {"before": 0.25, "after": 0.3}


def test_slices_tell_how_much_was_asked_first():
    table = views.slice_table({"new items": SliceRanking(targets=3, recall_at_200=0.7, hr_at_10=0.5)})
    assert table.columns.to_list() == ["targets", "hr@10", "ndcg@10", "mrr", "recall@200"]
    assert table.loc["new items", "recall@200"] == 0.7


def test_a_gate_is_told_with_its_floor():
    table = views.gate_table([Gate.judge("index recall", 0.9, 0.95)])
    assert table.loc["index recall"].to_list() == [0.9, "at least 0.95", "no"]


def test_curves_mark_the_best_epoch():
    epochs = [{"loss": 3.0, "recall": 0.1}, {"loss": 2.0, "recall": 0.4}, {"loss": 1.5, "recall": 0.3}]
    svg = views.curves(TrainingHistory(epochs=epochs, monitor="recall", best_epoch=2, best=0.4))

    ElementTree.fromstring(svg)
    assert "recall, best 0.4000 in epoch 2" in svg
    assert re.findall(r'points="([\d., -]+)"', svg)[1].split() == ["48.0,162.0", "208.0,34.0", "368.0,76.7"]
    assert svg.count('r="6"') == 1


def test_a_model_that_was_not_trained_has_curves_without_points():
    history = TrainingHistory(epochs=[], monitor="recall", best_epoch=0, best=0.4)
    ElementTree.fromstring(views.curves(history))
