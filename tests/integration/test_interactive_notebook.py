"""The notebook runs whole from a fresh folder, and its last cells take from the cache what did not change."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.conftest import ROOT

NOTEBOOK = ROOT / "tfx_pipeline/notebook/interactive.ipynb"
PARAMETERS = {
    "folder": "work",
    "data": "",
    "users": 60,
    "items": 120,
    "days": 20,
    "seed": 3,
    "settings": ["ranker.max_epochs=1", "retrieval.max_epochs=1", "final_fit=false"],
}


def output(notebook: NotebookNode, source: str) -> str:
    """What the cell that holds `source` has shown, as text."""
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source)
    return "\n".join(shown.get("text") or shown.data.get("text/plain", "") for shown in cell.outputs)


def execute(folder: Path, until: str = "") -> NotebookNode:
    """The notebook on a small world, in `folder`: all of it, or the cells above the heading `until`."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (cell,) = (cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    assert set(re.findall(r"^(\w+) =", cell.source, re.MULTILINE)) == set(PARAMETERS)
    cell.source = "\n".join(f"{name} = {value!r}" for name, value in PARAMETERS.items())
    if until:
        (place,) = (n for n, cell in enumerate(notebook.cells) if cell.source.startswith(f"## {until}"))
        del notebook.cells[place:]
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=resources).execute()
    return notebook


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    """The whole of it."""
    return execute(tmp_path_factory.mktemp("notebook"))


def assert_shows_what_is_ours(notebook: NotebookNode) -> None:
    outputs = [shown for cell in notebook.cells if cell.cell_type == "code" for shown in cell.outputs]
    assert {shown.output_type for shown in outputs} <= {"stream", "display_data", "execute_result"}
    assert [shown.text for shown in outputs if shown.get("name") == "stderr"] == []
    assert [shown for shown in outputs if "application/javascript" in shown.get("data", {})] == []


def test_the_committed_notebook_has_no_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count] == []


def test_from_the_log_to_features_every_cell_runs(tmp_path):
    notebook = execute(tmp_path, until="RetrievalTrainer")

    assert_shows_what_is_ours(notebook)
    assert [path.name for path in tmp_path.iterdir()] == ["work"]
    text = output(notebook, "views.window_in_words")
    assert re.search(r"^train: listener-\d+ \(country=", text)
    assert "A ? is asked for" in text
    assert "surface=home" in output(notebook, "artifacts.read_vocabulary")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_cell_runs(executed):
    assert_shows_what_is_ours(executed)


@pytest.mark.long
def test_it_shows_a_listeners_ranking_before_and_after(executed):
    text = output(executed, "views.reranked")
    assert re.search(r"listener-\d+, newest play first", text)
    assert re.search(r"title +creator +kind +retrieval +score", text)


@pytest.mark.long
def test_it_recommends_from_what_it_pushed(executed):
    assert re.search(r"^ +Push +\d+ s", output(executed, 'upnext.run("Push")'), re.MULTILINE)
    assert "Up next" in output(executed, "recommend(")


@pytest.mark.long
def test_after_a_change_only_what_follows_runs(executed):
    lines = re.findall(r"^  (\w+) +(cached|[\d:]+)", output(executed, "changed.run("), re.MULTILINE)
    ran = {stage for stage, state in lines if state != "cached"}
    assert ran == {"RankerTrainer", "RankingEvaluator"}
    assert {"ListeningLogExampleGen", "LogTransform", "RetrievalTrainer", "IndexBuilder"} <= {
        s for s, _ in lines
    }
