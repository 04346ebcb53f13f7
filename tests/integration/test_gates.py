"""A gate that says no leaves what is served as it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.whole import SETTINGS, WholeRun, run_words
from tfx_pipeline.cli import main as cli
from tfx_pipeline.home import output_manifests


@pytest.fixture
def poor_index(whole_run: WholeRun) -> Iterator[None]:
    """For one test, the index is said to find half of what exact search finds."""
    folder = whole_run.artifact("IndexBuilder", "index")
    path = Path(folder) / "index.json"
    text = path.read_text()
    path.write_text(json.dumps({**json.loads(text), "recall@200": 0.5}))
    output_manifests.write_manifests([folder])  # else the next run would find it damaged, and build it anew
    yield
    path.write_text(text)
    output_manifests.write_manifests([folder])


def pushed(whole_run: WholeRun) -> list[Path]:
    return sorted((whole_run.home / "serving").glob("*/*/*"))


@pytest.mark.usefixtures("poor_index")
def test_a_gate_that_says_no_ends_with_its_figure_and_code_3_time_and_again(
    whole_run: WholeRun, capfd: pytest.CaptureFixture[str]
):
    served = pushed(whole_run)
    # another floor, so that Bless runs again
    words = run_words(whole_run.data, whole_run.home, [*SETTINGS, "gates.index_recall=0.96"])
    codes = [cli.main(words), cli.main(words)]
    out, err = capfd.readouterr()

    assert codes == [3, 3]
    assert err == ""
    assert out.splitlines()[-1] == (
        "gate 'index recall@200, first fit' said no: 0.5000, must be at least 0.9600"
    )
    assert pushed(whole_run) == served
