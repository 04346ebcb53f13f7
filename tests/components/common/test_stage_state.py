import ast

from components.common.stage_state import StageState


def test_a_state_is_written_as_its_word_also_within_a_record():
    assert f"{StageState.DONE:>5} {StageState.FAILED}" == " done failed"
    assert ast.literal_eval(str({"state": StageState.CACHED})) == {"state": "cached"}


def test_only_what_ended_well_has_outputs():
    assert {state for state in StageState if state.has_outputs} == {StageState.DONE, StageState.CACHED}
