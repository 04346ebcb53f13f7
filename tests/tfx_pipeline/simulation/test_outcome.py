from tfx_pipeline.simulation.outcome import Outcome, Starts, surfaces_table, table

FIRST = Outcome(
    4, {"home": Starts(3, 2, 0, 1, 0), "dj": Starts(1, 1, 1, 1, 1)}, 2, 1, frozenset({"Ada", "Bo"}), 4
)
SECOND = Outcome(2, {"home": Starts(2, 1, 3, 2, 2)}, 0, 0, frozenset({"Bo"}), 4)


def test_the_table_has_a_row_a_span_and_one_of_all() -> None:
    assert table({"one": [FIRST, SECOND]}).splitlines()[2:] == [
        "| one | 1 | 4 | 3 | 25.0% | 50.0% | 50.0% | 0.0% | 66.7% | 1 | 50.0% |",
        "| one | 2 | 2 | 1 | 75.0% | 50.0% | 100.0% | 50.0% | 0.0% | 0 | 25.0% |",
        "| one | all | 6 | 4 | 50.0% | 50.0% | 75.0% | 25.0% | 50.0% | 1 | 50.0% |",
    ]


def test_a_single_span_is_all() -> None:
    assert table({"one": [FIRST]}).splitlines()[2:] == [
        "| one | all | 4 | 3 | 25.0% | 50.0% | 50.0% | 0.0% | 66.7% | 1 | 50.0% |"
    ]


def test_each_destination_has_a_row_of_all_spans() -> None:
    assert surfaces_table([FIRST, SECOND]).splitlines()[2:] == [
        "| dj | 1 | 1.0 | 50.0% | 50.0% | 100.0% | 0.0% |",
        "| home | 5 | 0.6 | 50.0% | 50.0% | 66.7% | 33.3% |",
    ]
