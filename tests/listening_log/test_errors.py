import pytest

from listening_log.errors import UserError, first_line, last_line, one_line

LONG = ValueError("\n cannot parse:\n  a, b\n  what went wrong \n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (one_line, "cannot parse: a, b what went wrong"),
        (first_line, "cannot parse:"),
        (last_line, "ValueError: what went wrong"),
    ],
)
def test_an_error_fits_on_one_line(line, expected):
    assert line(LONG) == expected


@pytest.mark.parametrize("line", [one_line, first_line, last_line])
def test_an_error_without_a_text_is_its_types_name(line):
    assert line(UserError()) == "UserError"
