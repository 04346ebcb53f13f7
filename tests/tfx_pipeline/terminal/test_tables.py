from tfx_pipeline.terminal.tables import render_table


def test_a_table_aligns_names_left_and_figures_right():
    assert render_table([["popularity", "0.1"], ["ranker", "0.25"]], ["model", "hr@10"]) == (
        "model       hr@10\npopularity    0.1\nranker       0.25"
    )


def test_a_table_without_rows_is_its_headers():
    assert render_table([], ["model", "hr@10"], drop_empty=True) == "model  hr@10"
