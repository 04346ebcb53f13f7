"""The parameters that every `GET` takes, as FastAPI reads them."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Query

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
            Moment.parse(at),
            device=device,
            country=country,
            explicit=bool(explicit),
            surface=surface,
        )

    return visit
