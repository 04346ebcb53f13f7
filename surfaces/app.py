"""The HTTP service: every destination's routes over one `Service`."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from surfaces.common.errors import SurfaceError


def create_app(routers: Iterable[APIRouter]) -> FastAPI:
    """Builds the application; errors are `{"error"}` with one sentence, whatever went wrong.

    Args:
        routers: of the destinations, each made by its `routes.router(service)`.
    """
    app = FastAPI(title="Upnext", summary="What to play next, in six destinations.")
    for router in routers:
        app.include_router(router)

    @app.exception_handler(SurfaceError)
    def _refused(_: Request, error: SurfaceError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, error.status)

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return JSONResponse({"error": f"{where}: {first['msg']}"}, 400)

    return app
