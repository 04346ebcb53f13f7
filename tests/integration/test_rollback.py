"""After a rollback a run that is unchanged pushes nothing; one with other settings does."""

from pathlib import Path

import pytest

from components.pushed.pushed_models import PushedModels
from tests.integration.whole import SETTINGS, WholeRun, run_words, upnext

SHORTER = (*SETTINGS[1:], "ranker.max_epochs=3")
OTHER = (*SETTINGS[1:], "ranker.max_epochs=2")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_what_was_rolled_back_is_not_pushed_again_by_an_unchanged_run(whole_run: WholeRun, tmp_path: Path):
    home = tmp_path / "home"
    assert upnext(*run_words(whole_run.data, home, SHORTER)).returncode == 0
    assert upnext(*run_words(whole_run.data, home)).returncode == 0
    good, bad = PushedModels(home / "serving").versions()

    rolled_back = upnext("rollback", "--home", home)
    assert rolled_back.returncode == 0, rolled_back.stderr
    again = PushedModels(home / "serving").versions()[-1]
    unchanged = upnext(*run_words(whole_run.data, home))

    assert unchanged.returncode == 0, unchanged.stderr
    assert unchanged.stdout.splitlines()[-1] == (
        f"version {bad} was rolled back and is not pushed again: version {again}, "
        f"the models of version {good}, is served"
    )
    assert PushedModels(home / "serving").versions() == [good, bad, again]

    earlier = upnext(*run_words(whole_run.data, home, SHORTER))
    assert earlier.stdout.splitlines()[-1] == f"version {good} is served again, as version {again}"
    assert PushedModels(home / "serving").versions() == [good, bad, again]

    assert upnext(*run_words(whole_run.data, home, OTHER)).returncode == 0
    assert PushedModels(home / "serving").versions()[-1] > again
