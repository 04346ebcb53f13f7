"""Columns out of JSON objects: one field of each, as an Arrow column."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from listening_log.tables.convert import BadValueError

Objects = Sequence[dict[str, object]]

_TRUE: Final = (True, "true", "True", "TRUE")  # 1 and 1.0 are equal to True


def texts(objects: Objects, field: str) -> pa.Array:
    """The field of each object as string [n], null where it is absent.

    Half of a surrogate pair, as a title that was cut has it, becomes a replacement character.

    Raises:
        BadValueError: a value is no text.
    """
    values = [one.get(field) for one in objects]
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value and _whole_characters(str(value)) for value in values], pa.string())
    except pa.ArrowException:
        bad = next(row for row, value in enumerate(values) if not (value is None or isinstance(value, str)))
        raise BadValueError(bad, f"{field} is not text") from None


def texts_or_empty(objects: Objects, field: str) -> pa.Array:
    """The field of each object as string [n], "" where it is no text."""
    return texts([one if isinstance(one.get(field), str) else {} for one in objects], field).fill_null("")


def numbers(objects: Objects, field: str) -> pa.Array:
    """The field of each object as float64 [n], null where it is absent.

    Raises:
        BadValueError: a value is no number.
    """
    values = [one.get(field) for one in objects]
    try:
        return pa.array(values, pa.float64())
    except pa.ArrowException:
        bad = next(row for row, value in enumerate(values) if not isinstance(value, int | float | None))
        raise BadValueError(bad, f"{field} is not a number") from None


def whole_numbers(objects: Objects, field: str) -> pa.Array:
    """The field of each object as int64 [n], null where it is absent; 5.0 and "5" are 5.

    Raises:
        BadValueError: a value is no number.
    """
    values = [one.get(field) for one in objects]
    try:
        return pa.array(values, pa.int64())
    except (pa.ArrowException, OverflowError):
        return pa.array([_whole_number(row, field, value) for row, value in enumerate(values)], pa.int64())


def flags(objects: Objects, field: str) -> npt.NDArray[np.bool_]:
    """Whether the field is true [n], in whatever way it is written; absent and null are not."""
    return np.fromiter((one.get(field) in _TRUE for one in objects), bool, len(objects))


def _whole_characters(value: str) -> str:
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _whole_number(row: int, field: str, value: object) -> int | None:
    try:
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            raise TypeError
        number = value if isinstance(value, int) else int(float(str(value)))
        if -(2**63) <= number < 2**63:
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise BadValueError(row, f"{field} is not a whole number")
