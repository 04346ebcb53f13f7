"""Reads a JSON array entry by entry, however long it is: a block of text in memory at a time."""

import io
import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, TextIO

from listening_log.errors import UserError

_LONGEST: Final = 1 << 24  # characters; an entry that isn't whole by then is broken, not long
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode


class EmptyFileError(UserError):
    """There is nothing in the file."""


def read_json_array(stream: BinaryIO, place: str, *, block_chars: int = 1 << 20) -> Iterator[object]:
    """Yields the array's entries in order, as `json.loads` gives them.

    Args:
        stream: UTF-8 text, with or without a byte order mark.
        place: names the stream in messages.
        block_chars: how many characters are in memory at most, beside the longest entry.

    Raises:
        EmptyFileError: there is no text.
        UserError: the text is no JSON, is no array, or ends too soon; entry (from 1) and character (from 0)
            are named.
    """
    text = _Text(io.TextIOWrapper(stream, encoding="utf-8-sig"), block_chars)
    entry = 1
    try:
        first = text.peek()
        if not first:
            raise EmptyFileError(f"{place}: the file is empty")
        if first != "[":
            raise UserError(f"{place}: not a JSON array")
        text.at += 1
        if text.peek() == "]":
            text.at += 1
        else:
            while True:
                yield text.read_value()
                following = text.peek()
                if following == "]":
                    text.at += 1
                    break
                if following != ",":
                    raise text.broken("Expecting ',' or ']' after it")
                text.at += 1
                entry += 1
        if text.peek():
            raise UserError(f"{place}: more text after the end of the array, at character {text.place}")
    except UnicodeDecodeError as error:
        raise UserError(f"{place}, entry {entry} or soon after: not UTF-8 text") from error
    except _BrokenError as error:
        raise UserError(f"{place}, entry {entry}: not readable as JSON ({error})") from error


class _BrokenError(Exception):
    """The text is no JSON; the message says why and where, without quoting it."""


class _Text:
    """The part of a text that is read and not yet used."""

    def __init__(self, stream: TextIO, block_chars: int) -> None:
        self._stream = stream
        self._block = block_chars
        self._text = ""
        self._start = 0  # of `_text` in the whole
        self._ended = False
        self.at = 0  # in `_text`

    @property
    def place(self) -> int:
        """How many characters are used."""
        return self._start + self.at

    def broken(self, why: str, at: int | None = None) -> _BrokenError:
        """An error at character `at` of the block (default: here)."""
        place = self._start + (self.at if at is None else at)
        reason = "the file ends too soon" if self._ended and place >= self._start + len(self._text) else why
        return _BrokenError(f"{reason}, at character {place}")

    def peek(self) -> str:
        """The next character that isn't white space, unused; "" at the end."""
        while True:
            space = _SPACE.match(self._text, self.at)
            self.at = space.end() if space else self.at
            if self.at < len(self._text):
                return self._text[self.at]
            if self._ended:
                return ""
            self._read_on()

    def read_value(self) -> object:
        """Reads the next value.

        Raises:
            _BrokenError: there is none.
        """
        self.peek()
        while True:
            try:
                value, end = _decode(self._text, self.at)
                # Near the block's end a number may go on in the next: 0 of "0.", 1 of "1e+".
                if end + 2 < len(self._text) or self._ended:
                    self.at = end
                    return value
            except json.JSONDecodeError as error:
                # Whether it is broken or only cut off shows with more text alone.
                if self._ended or len(self._text) - self.at > _LONGEST:
                    raise self.broken(error.msg, error.pos) from None
            except RecursionError:
                raise self.broken("nested too deeply") from None
            self._read_on()

    def _read_on(self) -> None:
        # Twice as much each time: a long entry is then tried a few times only.
        more = self._stream.read(max(self._block, len(self._text) - self.at))
        self._ended = not more
        self._text = self._text[self.at :] + more
        self._start += self.at
        self.at = 0
