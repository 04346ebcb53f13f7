"""Who asks, and when: the parameters that every `GET` takes, and the same fields of a `POST`'s body."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from surfaces.common.moment import Moment
from surfaces.common.texts import Id, Word
from surfaces.common.visit import Visit
from surfaces.service.service import Service


def visit_query(service: Service, surface: str) -> Callable[..., Visit]:
    """The dependency that turns a `GET`'s parameters into a visit to a destination."""

    def visit(
        user_id: Id,
        at: Annotated[str | None, Query(max_length=64)] = None,
        device: Word = "",
        country: Word = "",
        explicit: Annotated[int, Query(ge=0, le=1)] = 1,
    ) -> Visit:
        return service.visit(
            user_id,
            None if at is None else Moment.parse(at),
            device=device,
            country=country,
            explicit=bool(explicit),
            surface=surface,
        )

    return visit


class VisitBody(BaseModel):
    """The fields that the body of every such `POST` has."""

    user_id: Id
    at: Annotated[str, Field(max_length=64)] | None = None
    """ISO 8601 with its offset; by default now, in the listener's own time zone where the log says it."""
    device: Word = ""
    country: Word = ""
    explicit: Annotated[int, Field(ge=0, le=1)] = 1
    """0 leaves explicit items out, whatever else is asked for."""

    def visit(self, service: Service, surface: str) -> Visit:
        """The visit to a destination."""
        return service.visit(
            self.user_id,
            None if self.at is None else Moment.parse(self.at),
            device=self.device,
            country=self.country,
            explicit=bool(self.explicit),
            surface=surface,
        )
