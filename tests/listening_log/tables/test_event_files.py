import numpy as np

from listening_log.tables.event_files import EventFiles
from listening_log.tables.spans import Spans


def test_files_say_which_span_their_events_are_of(tmp_path):
    for span in ("span-2", "span-10"):
        (tmp_path / span).mkdir()
        (tmp_path / span / "events.csv").write_text("user_id\n")
    files = EventFiles.of(str(tmp_path), Spans(2, 10))
    assert [path[len(str(tmp_path)) + 1 :] for path in files.paths] == [
        "span-2/events.csv",
        "span-10/events.csv",
    ]
    assert (files.numbers, files.first, files.newest, files.several) == ([2, 10], 2, 10, True)
    assert files.spans_of(np.array([1, 0, 1])).tolist() == [10, 2, 10]
    assert files.in_newest(np.array([1, 0])).tolist() == [True, False]
