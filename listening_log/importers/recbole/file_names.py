"""Which of RecBole's atomic files belong together: `NAME.inter`, or its parts `NAME.train.inter` and so on."""

import re
from dataclasses import replace
from typing import Final

from listening_log.errors import UserError
from listening_log.importers.reading.source import Source, open_source

_PARTS: Final = ("train", "valid", "val", "dev", "test")  # of a benchmark, in the order of time
_INTER: Final = re.compile(rf"(?P<name>.+?)(\.(?P<part>{'|'.join(_PARTS)}))?\.inter")


def find_files(src: str) -> tuple[Source, list[str]]:
    """The source, and the `.inter` files of one log in it, in the order of time.

    Raises:
        UserError: there is none, or more than one log.
    """
    source = open_source(src)
    if src.endswith(".inter") and source.files:
        folder, _, inter = src.rpartition("/")
        source = open_source(folder or ".")
        name = f"{_name(inter)}."
        return replace(source, files=tuple(file for file in source.files if file.startswith(name))), [inter]
    inters = [file for file in source.files if file.endswith(".inter")]
    if not inters:
        raise UserError(
            f"{src}: no RecBole files; expected NAME.inter (and NAME.item, NAME.user);"
            f" found {source.summary()}"
        )
    if len(inters) > 1 and not (len(set(map(_name, inters))) == 1 and all(map(part_of, inters))):
        raise UserError(f"{src}: holds more than one .inter file ({', '.join(inters[:3])}); name one of them")
    return source, sorted(inters, key=lambda inter: (*_PARTS, "").index(part_of(inter)))


def file_beside(source: Source, inter: str, ending: str) -> str | None:
    """The file of the same log with another ending; None where it isn't there."""
    file = _name(inter) + ending
    return file if file in source.files else None


def part_of(inter: str) -> str:
    """`train` of `NAME.train.inter`, "" of `NAME.inter`."""
    match = _INTER.fullmatch(inter)
    return (match["part"] or "") if match else ""


def _name(inter: str) -> str:
    """NAME of `NAME.inter` and `NAME.train.inter`, with its folder."""
    match = _INTER.fullmatch(inter)
    return match["name"] if match else inter
