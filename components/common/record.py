"""What a stage writes for another: a JSON file in the folder of an artifact, as a typed record.

A field `recall_at_200` is `recall@200` in the file. A figure that could not be taken is NaN here and null there,
since JSON has no NaN. A reader passes over fields that it does not know, because a pushed model outlives the
code that wrote it; a missing field, or one of a wrong type, is an error.
"""

import json
import math
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue, PlainSerializer, ValidationError
from typing_extensions import Self

from listening_log.errors import UserError
from listening_log.tables import files

Figure = Annotated[
    float,
    BeforeValidator(lambda value: math.nan if value is None else value),
    PlainSerializer(lambda value: value if math.isfinite(value) else None, when_used="json"),
]
"""A measured number; NaN where it could not be taken."""


class Part(BaseModel):
    """A part of a record: frozen, with `_at_` in a field's name written as `@`."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=lambda name: name.replace("_at_", "@"),
        populate_by_name=True,
        protected_namespaces=(),
    )

    def as_json(self) -> dict[str, JsonValue]:
        """The content as JSON has it."""
        content: dict[str, JsonValue] = self.model_dump(mode="json", by_alias=True)
        return content


class Record(Part):
    """A record in a file of its own, on disk or wherever `tf.io.gfile` reaches."""

    FILE: ClassVar[str]
    """The file's name in the folder of its artifact."""

    @classmethod
    def read(cls, uri: str | Path) -> Self:
        """Reads the record of the folder `uri`.

        Raises:
            UserError: there is no such file, or it is no record of this kind.
        """
        record = cls.find(uri)
        if record is None:
            raise UserError(f"cannot read {files.join(str(uri), cls.FILE)}: there is no such file")
        return record

    @classmethod
    def find(cls, uri: str | Path) -> Self | None:
        """Reads the record of the folder `uri`; None where there is no such file.

        Raises:
            UserError: the file is no record of this kind.
        """
        path = files.join(str(uri), cls.FILE)
        if not files.is_file(path):
            return None
        try:
            with files.open_binary(path) as file:
                return cls.model_validate(json.loads(file.read()))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"]))
            raise UserError(f"cannot read {path}: {field}: {first['msg']}") from None
        except (OSError, ValueError) as error:
            raise UserError(f"cannot read {path}: {error}") from None

    def write(self, uri: str | Path) -> None:
        """Writes the record into the folder `uri`, which is created if absent."""
        text = json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n"
        # a lone surrogate, of a name that is no UTF-8, becomes JSON's own escape
        files.write_bytes(files.join(str(uri), self.FILE), text.encode("utf-8", "backslashreplace"))
