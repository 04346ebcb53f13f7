from components.common.beam_errors import user_error_in
from listening_log.errors import UsageError, UserError


def test_the_error_itself_is_found_without_the_step_that_beam_adds():
    user_error = user_error_in(UserError("events.csv, line 3: no [while running 'Read']"))
    assert str(user_error) == "events.csv, line 3: no"


def test_an_error_is_found_down_the_chain():
    outer = RuntimeError("a stage failed")
    outer.__cause__ = UsageError("split: 'x'")
    user_error = user_error_in(outer)
    assert (type(user_error), str(user_error)) == (UsageError, "split: 'x'")


def test_an_error_is_found_in_another_process_traceback():
    text = (
        "Traceback (most recent call last):\n  File ...\n"
        "listening_log.errors.UserError: events.csv: empty [while running 'Read']\n\nSubmitted by ...\n"
    )
    assert str(user_error_in(RuntimeError(text))) == "events.csv: empty"


def test_another_error_is_not_the_users():
    assert user_error_in(ValueError("a bug")) is None
