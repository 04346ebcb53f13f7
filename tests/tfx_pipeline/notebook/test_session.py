"""In a notebook stages run one at a time, after what they need, from the cache where nothing changed."""

import builtins
import re
from pathlib import Path

import pytest

import tfx_pipeline.pipeline
from listening_log.errors import UsageError, UserError
from tests.support.toy_stages import toy_pipeline
from tfx_pipeline.notebook import session
from tfx_pipeline.notebook.session import Interactive


@pytest.fixture
def toy(tiny_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes an `Interactive` over toy stages; the keywords are those of `toy_pipeline`."""
    monkeypatch.setattr(builtins, "__IPYTHON__", True, raising=False)  # what InteractiveContext asks for

    def make(**settings: object) -> Interactive:
        monkeypatch.setattr(
            tfx_pipeline.pipeline, "create_pipeline", lambda **_: toy_pipeline(tmp_path / "home", **settings)
        )
        return Interactive(tiny_log, tmp_path / "home")

    return make


def test_a_stage_runs_after_what_it_needs_and_no_more(toy):
    upnext = toy()

    upnext.run("Second")

    assert upnext.states == {"First": "done", "Second": "done"}
    assert (Path(upnext.folder("Second", "blessing")) / "seen.txt").read_text() == "a"


def test_without_a_name_all_stages_run(toy):
    upnext = toy()

    upnext.run()

    assert list(upnext.states) == ["First", "Second", "Third"]
    assert set(upnext.outputs) == {"First", "Second", "Third"}


def test_a_stage_runs_once(toy, capsys):
    upnext = toy()
    upnext.run("First")
    capsys.readouterr()

    upnext.run("First")

    assert capsys.readouterr().out == ""


def test_what_nothing_changed_for_comes_from_the_cache(toy):
    toy(blessed=1).run("Second")
    upnext = toy(blessed=0)

    upnext.run("Second")

    assert upnext.states == {"First": "cached", "Second": "done"}


def test_a_stage_behind_a_condition_that_does_not_hold_is_skipped(toy):
    upnext = toy(blessed=0)

    upnext.run("Third")

    assert upnext.states["Third"] == "skipped"
    assert "Third" not in upnext.outputs
    with pytest.raises(UserError, match="Third has made nothing: skipped"):
        upnext.folder("Third", "models")


def test_the_condition_holds_of_a_cached_artifact_too(toy):
    toy(blessed=1).run()
    upnext = toy(blessed=1)

    upnext.run()

    assert set(upnext.states.values()) == {"cached"}


def test_a_cell_shows_a_line_a_stage_and_nothing_of_the_libraries(toy, capfd):
    toy().run("Second")

    output = capfd.readouterr()
    assert re.fullmatch(r"  First +\d+ s\n  Second +\d+ s\n", output.out)  # a busy machine takes its time
    assert output.err == ""


def test_an_error_of_the_users_comes_out_as_it_is(toy):
    with pytest.raises(UserError, match=r"^the log has no events$"):
        toy(fail="user").run("First")


def test_a_stage_that_is_none_is_named_beside_those_there_are(toy):
    with pytest.raises(UserError, match="no stage 'Fourth'; the stages are First, Second, Third"):
        toy().run("Fourth")


def test_what_has_not_run_has_no_folder(toy):
    with pytest.raises(UserError, match="First has made nothing: it has not run"):
        toy().folder("First", "summary")


def test_a_change_keeps_the_settings_before_it(toy):
    upnext = toy().changed("seed=3").changed("ranker.blocks=1")

    assert (upnext.config.seed, upnext.config.ranker.blocks) == (3, 1)


def test_a_wrong_setting_is_told_by_its_key(toy):
    with pytest.raises(UsageError, match=r"ranker\.blokcs"):
        toy().changed("ranker.blokcs=1")


def test_a_stage_does_not_run_with_code_that_is_no_longer_on_disk(toy, monkeypatch):
    def changed() -> None:
        raise UserError("models.layers has changed since it was loaded")

    upnext = toy()
    monkeypatch.setattr(session, "check_sources", changed)

    with pytest.raises(UserError, match=r"models\.layers has changed"):
        upnext.run("First")
    assert upnext.states == {}


def test_outside_of_a_notebook_it_says_so(toy, monkeypatch):
    upnext = toy()
    monkeypatch.delattr(builtins, "__IPYTHON__")
    with pytest.raises(UserError, match="needs a notebook"):
        upnext.changed("seed=3")
