"""The commands that ask the pushed models, as a person or a script runs them."""

import json
from pathlib import Path

import pytest

from tests.integration.whole import Served, WholeRun
from tfx_pipeline.cli import main as cli


def titles_in_order(page: str) -> list[str]:
    """The titles below "Up next", whole."""
    rows = page.split("Up next")[1].strip().splitlines()
    assert rows[0].split() == ["#", "title", "creator", "kind", "score"]
    return [row.split(maxsplit=1)[1] for row in rows[1:]]


@pytest.fixture(scope="module")
def listener(whole_run: WholeRun) -> str:
    return max(whole_run.histories, key=lambda user: len(whole_run.histories[user]))


def test_recommend_prints_titles_below_the_recent_plays(whole_run: WholeRun, listener: str, capfd):
    assert cli.main(["recommend", "--home", str(whole_run.home), "--user", listener]) == 0
    page = capfd.readouterr().out
    title_of = whole_run.catalog.set_index("item_id").title
    played = title_of[whole_run.histories[listener][-1]]
    shown = titles_in_order(page)

    assert page.startswith("Recent plays, the newest of ")
    assert played in page.split("Up next")[0].splitlines()[3]
    assert len(shown) == 10
    assert all(any(row.startswith(title) for title in title_of) for row in shown)


def test_recommend_says_the_same_from_the_models_on_disk_and_from_a_server(
    whole_run: WholeRun, server: Served, listener: str, capfd
):
    words = ["recommend", "--home", str(whole_run.home), "--user", listener, "-k", "20"]
    assert cli.main(words) == 0
    from_disk = capfd.readouterr().out
    assert cli.main([*words, "--address", server.grpc]) == 0
    assert titles_in_order(capfd.readouterr().out) == titles_in_order(from_disk)


def test_recommend_takes_a_history_in_words(whole_run: WholeRun, server: Served, listener: str, capfd):
    history = ",".join(whole_run.histories[listener][-3:])
    words = ["recommend", "--home", str(whole_run.home), "--history", history, "-k", "3"]
    assert cli.main([*words, "--address", server.grpc]) == 0
    assert len(titles_in_order(capfd.readouterr().out)) == 3


def test_recommend_has_something_for_a_new_listener(whole_run: WholeRun, server: Served, capfd):
    assert cli.main(["recommend", "--home", str(whole_run.home), "--address", server.grpc]) == 0
    page = capfd.readouterr().out
    assert page.startswith("No plays: what a new listener is offered\n")
    assert len(titles_in_order(page)) == 10


def test_batch_leaves_out_what_a_listener_has_played(whole_run: WholeRun, tmp_path: Path, capfd):
    questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    users = whole_run.some_listeners(50)
    rows = [
        {"user_id": u, "item_ids": whole_run.histories[u], "timestamps": whole_run.times[u]} for u in users
    ]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["batch", "--home", str(whole_run.home), "--histories", str(questions), "--out", str(answers)]
    assert cli.main([*words, "-k", "7", "--exclude-history"]) == 0

    answered = [json.loads(line) for line in answers.read_text().splitlines()]
    assert [list(row) for row in answered] == [["user_id", "item_ids", "scores"]] * 50
    assert [row["user_id"] for row in answered] == users
    assert all(len(set(row["item_ids"])) == len(row["scores"]) == 7 for row in answered)
    assert all(row["scores"] == sorted(row["scores"], reverse=True) for row in answered)
    assert not any(set(row["item_ids"]) & set(whole_run.histories[row["user_id"]]) for row in answered)
    assert capfd.readouterr().out.startswith(f"{answers}: 50 rankings in ")


def test_batch_tells_a_wrong_line_by_its_number(whole_run: WholeRun, tmp_path: Path, capfd):
    questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    questions.write_text('{"user_id": "a", "item_ids": []}\n{"user_id": "b", "item_ids": "track-0001"}\n')
    words = ["batch", "--home", str(whole_run.home), "--histories", str(questions), "--out", str(answers)]
    assert cli.main(words) == 1
    assert capfd.readouterr().err == f"upnext: {questions}:2: item_ids: a list of strings is needed\n"
    assert not answers.exists()
