"""The rows of a log and the table, from answers that no model gave."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import pipeline_runs
from benchmarks.attainable import attainable_ranks
from benchmarks.closed_forms import FORMS, rank_by_closed_forms
from benchmarks.final_events import cut_final_events
from benchmarks.pipeline_runs import SeedRun, answered_ranks, ask, run_seed
from benchmarks.published import PUBLISHED
from benchmarks.quality import SERVED, main, record, rows_of
from benchmarks.quality_table import FINAL, TEST, Row, above, final_row, render
from components.common.records import TWO_STAGE, Evaluation, Ranking
from listening_log.world import make_world
from models.metrics import NOT_FOUND
from tests.benchmarks.final_events import final_events

EVENTS = final_events([[1, 2], [2, 3], [1, 3]], [3, 1, 2])
EVALUATION = Evaluation(
    targets=3,
    listeners=3,
    exclude_seen=True,
    metrics={
        TWO_STAGE: Ranking(hr_at_10=0.5, ndcg_at_10=0.25, mrr=0.2),
        "ranker": Ranking(hr_at_10=0.4, ndcg_at_10=0.2, mrr=0.2),
    },
    retrieval_recall={},
    against={},
    slices={},
    production=None,
)


def run(seed: int = 1, ranks: list[int] | None = None, code: int = 0) -> SeedRun:
    return SeedRun(seed, code, 60.0, 90.0, EVALUATION, None if ranks is None else np.array(ranks))


def test_answers_are_ranked_by_the_place_of_the_final_event():
    lines = [json.dumps({"user_id": f"u{n}", "item_ids": ids}) for n, ids in enumerate(["cab", "b", "ab"])]
    lines = [
        json.dumps({**json.loads(line), "item_ids": list(json.loads(line)["item_ids"])}) for line in lines
    ]
    assert answered_ranks(lines, EVENTS.target_ids).tolist() == [0, NOT_FOUND, 1]


def test_questions_exclude_the_history_where_the_run_did(tmp_path, monkeypatch):
    commands = []

    def answer(*words: str) -> int:
        commands.append(words)
        out = Path(words[words.index("--out") + 1])
        out.write_text("".join(json.dumps({"item_ids": ["c", "a"]}) + "\n" for _ in range(3)))
        return 0

    monkeypatch.setattr(pipeline_runs, "upnext", answer)
    assert ask(tmp_path, EVENTS, True)[1].tolist() == [0, 1, NOT_FOUND]
    assert ask(tmp_path, EVENTS, False)[0] == 0
    assert ["--exclude-history" in words for words in commands] == [True, False]
    questions = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text().splitlines()]
    assert questions[0] == {"user_id": "u0", "item_ids": ["a", "b"]}


@pytest.mark.parametrize("code", [1, 3])
def test_a_run_that_pushes_nothing_is_asked_nothing(code, tmp_path, monkeypatch):
    words = []
    monkeypatch.setattr(pipeline_runs, "upnext", lambda *line: words.extend(line) or code)
    result = run_seed(tmp_path, tmp_path / "home", EVENTS, 4, ["ranker.blocks=1"])
    assert (result.exit_code, result.evaluation, result.ranks) == (code, None, None)
    assert words[-4:] == ["--set", "ranker.blocks=1", "--set", "seed=4"]


def test_what_a_gate_refused_is_a_row_that_says_so():
    rows = rows_of(Path("log"), EVENTS, [run(seed=1, code=3), run(seed=2, ranks=[0, 0, 0])])
    refused, served = (row for row in rows if row.model == SERVED)
    assert refused.note == "seed 1: exit code 3, nothing was served"
    assert np.isnan(refused.ndcg_at_10)
    assert served.ndcg_at_10 == 1.0


def test_a_run_without_evaluation_has_no_further_rows():
    (row,) = rows_of(Path("log"), EVENTS, [SeedRun(1, 1, 5.0, 6.0, None, None)])
    assert row.note.endswith("the run ended before its evaluation")


def test_the_whole_stands_before_closed_forms_and_the_parts_on_test():
    rows = rows_of(Path("log"), EVENTS, [run(ranks=[0, 1, NOT_FOUND])])
    forms = [name for name in FORMS if name != "popularity of the last seven days"]
    assert [row.model for row in rows] == [SERVED, *forms, "the whole", "ranker alone"]
    assert [row.events for row in rows] == [FINAL] * (1 + len(forms)) + [TEST] * 2
    assert (rows[-1].hr_at_10, rows[-1].ndcg_at_10) == (0.4, 0.2)


def test_published_figures_stand_beside_a_log_of_that_name():
    rows = rows_of(Path("data/ml-1m"), EVENTS, [run(ranks=[0, 0, 0])])
    assert [row.model for row in rows if row.events == "published"] == [
        one.model for one in PUBLISHED["ml-1m"]
    ]


def test_seeds_make_a_mean_and_a_spread():
    row = final_row("log", "model", np.array([[0, 0], [0, NOT_FOUND]]), {}, wall=1.0, cpu=2.0)
    assert (row.hr_at_10, row.ndcg_at_10, row.ndcg_of_seeds) == (0.75, 0.75, (1.0, 0.5))
    assert row.interval == (0.5, 1.0)


def test_a_difference_is_paired_by_listener():
    ranks, others = np.array([[0, 0, 0]]), np.array([[NOT_FOUND, NOT_FOUND, NOT_FOUND]])
    assert above(ranks, others, "nothing") == "+1.0000 (+1.0000 to +1.0000) beside nothing"


def test_the_table_is_markdown_without_slices_that_no_row_has():
    rows = [
        Row("log", "a", FINAL, 0.5, 0.25, (0.2, 0.3), (0.24, 0.26), 61.2, 120.0, {"tail": 0.1}, "3 events"),
        Row("log", "b", TEST, 0.5, 0.25),
    ]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in render(rows).splitlines()]
    assert lines[0][-2:] == ["tail ndcg@10", "note"]
    assert lines[2][3:] == [
        "0.5000",
        "0.2500",
        "0.2000 to 0.3000",
        "0.2400 to 0.2600",
        "61",
        "120",
        "0.1000",
        "3 events",
    ]
    assert lines[3][3:] == ["0.5000", "0.2500", "", "", "", "", "", ""]


def test_the_record_is_json_without_nan():
    text = json.dumps(record([Row("log", "b", TEST)], [3], [1], []), allow_nan=False)
    assert json.loads(text)["rows"][0]["ndcg_at_10"] is None


def test_closed_forms_leave_out_what_was_played_where_the_run_does():
    ranks = {form.name: form.ranks.tolist() for form in rank_by_closed_forms(EVENTS, exclude_seen=True)}
    assert ranks["popularity"] == [0, 0, 0]
    assert ranks["ridge"] == [0, 0, 0]


def test_true_preferences_rank_a_made_worlds_final_events(tmp_path):
    make_world(tmp_path / "world", users=40, items=120, days=30, seed=2)
    events = cut_final_events(tmp_path / "world", tmp_path / "short")
    ranks = attainable_ranks(tmp_path / "world", events, exclude_seen=False)
    (popular, *_) = rank_by_closed_forms(events, exclude_seen=False)
    assert ranks is not None
    assert (ranks < 10).mean() > (popular.ranks < 10).mean()


def test_a_log_that_nobody_made_has_no_true_preferences(tmp_path):
    assert attainable_ranks(tmp_path, EVENTS, exclude_seen=False) is None


def test_a_folder_that_is_no_log_is_said_without_a_traceback(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path / "nowhere")])
    assert capsys.readouterr().err == f"no such data directory: {tmp_path / 'nowhere'}\n"


def test_runs_are_not_kept_where_others_are(tmp_path, capsys):
    make_world(tmp_path / "world", users=40, items=120, days=30, seed=2)
    (tmp_path / "kept" / "world").mkdir(parents=True)
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path / "world"), "--keep", str(tmp_path / "kept")])
    assert f"--keep: {tmp_path / 'kept' / 'world'} is there already" in capsys.readouterr().err
