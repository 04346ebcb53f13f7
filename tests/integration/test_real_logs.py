"""Real logs end blessed, and what is pushed beats counting on events that it has never seen."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models import baselines
from models.bootstrap import paired_bootstrap
from models.memory.interactions import Interactions
from models.metrics import ndcg_gains
from tests.integration.whole import upnext

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
MINUTES = 10
TOP = 10


@dataclass(frozen=True)
class CutLog:
    """A log without each listener's last event."""

    data: Path
    items: list[str]
    histories: dict[str, list[str]]
    last: list[str]

    def interactions(self) -> Interactions:
        """The histories as item indices, as the baselines count them."""
        index = {item: 1 + place for place, item in enumerate(self.items)}
        sequences = [np.array([index[item] for item in ids], np.int32) for ids in self.histories.values()]
        return Interactions.from_sequences(sequences, len(self.items))

    def gains(self, rankings: list[list[str]]) -> np.ndarray:
        """NDCG@10 of each listener's last event in a ranking of ids."""
        pairs = zip(rankings, self.last, strict=True)
        return ndcg_gains(np.array([ids.index(item) if item in ids else TOP for ids, item in pairs]), TOP)

    def baseline_gains(self, fit: str) -> np.ndarray:
        """NDCG@10 likewise, of a counting baseline."""
        index = {item: 1 + place for place, item in enumerate(self.items)}
        targets = np.array([index[item] for item in self.last])
        histories = self.interactions()
        scorer = getattr(baselines, f"fit_{fit}")(histories)
        return ndcg_gains(baselines.evaluate(scorer, histories, targets, exclude_seen=True), TOP)


def cut(source: Path, folder: Path) -> CutLog:
    """Copies a log without each listener's last event (in order of time; ties keep the file's order)."""
    folder.mkdir()
    events = pd.read_csv(source / "events.csv", dtype={"user_id": str, "item_id": str})
    ordered = events.sort_values("timestamp", kind="stable")
    last = ordered.groupby("user_id").tail(1)
    kept = ordered.drop(last.index)
    events.drop(last.index).to_csv(folder / "events.csv", index=False)
    for table in ("catalog.csv", "users.csv"):
        if (source / table).exists():
            (folder / table).write_bytes((source / table).read_bytes())
    items = pd.read_csv(source / "catalog.csv", usecols=["item_id"], dtype=str).item_id
    histories = kept.groupby("user_id").item_id.agg(list).to_dict()
    answers = last.set_index("user_id").item_id
    return CutLog(folder, sorted(items, key=str.encode), histories, [answers[user] for user in histories])


@pytest.mark.parametrize(
    ("log", "beaten"), [("lastfm", ["popularity"]), ("ml-100k", ["popularity", "markov"])]
)
def test_a_real_log_ends_blessed_in_time_and_beats_counting(
    log: str, beaten: list[str], shared_data: Path, tmp_path: Path
):
    if not (shared_data / log).is_dir():
        pytest.skip(f"no {log} beside the repository")
    short, home = cut(shared_data / log, tmp_path / "data"), tmp_path / "home"
    start = time.monotonic()
    done = upnext("run", "--data", short.data, "--home", home, seconds=1500)
    minutes = (time.monotonic() - start) / 60
    assert done.returncode == 0, done.stdout + done.stderr
    assert minutes < MINUTES

    questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps({"user_id": user, "item_ids": ids}) for user, ids in short.histories.items()]
    questions.write_text("\n".join(lines))
    words = ["batch", "--home", home, "--histories", questions, "--out", answers, "--exclude-history"]
    assert upnext(*words).returncode == 0
    rankings = [json.loads(line)["item_ids"] for line in answers.read_text().splitlines()]
    gains, listeners = short.gains(rankings), np.arange(len(short.last))
    for name in beaten:
        above = paired_bootstrap(gains, short.baseline_gains(name), listeners, seed=0)
        assert above.low > 0, f"{name}: {above}"
