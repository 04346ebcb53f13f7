"""The HTTP service over some destinations: one form of errors, and limits on what is taken."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from surfaces.common.errors import SurfaceError, TooManyError
from surfaces.limits import Limits


def create_app(routers: Iterable[APIRouter]) -> FastAPI:
    """Builds the application; errors are `{"error"}` with one sentence, whatever went wrong.

    Args:
        routers: of the destinations, each made by its `routes.router(service)`.
    """
    app = FastAPI(title="Upnext", summary="What to play next, in six destinations.")
    for router in routers:
        app.include_router(router)
    app.add_middleware(Limits)

    @app.exception_handler(SurfaceError)
    def _refused(_: Request, error: SurfaceError) -> JSONResponse:
        headers = {"Retry-After": "1"} if isinstance(error, TooManyError) else None
        return JSONResponse({"error": str(error)}, error.status, headers)

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        parts = [f"row {part}" if isinstance(part, int) else str(part) for part in first["loc"][1:]]
        where = ", ".join(parts) or str(first["loc"][0])
        return JSONResponse({"error": f"{where}: {first['msg']}"}, 400)

    @app.exception_handler(HTTPException)
    def _unroutable(request: Request, error: HTTPException) -> JSONResponse:
        sentences = {
            404: "there is no such page; /docs lists all calls",
            405: f"{request.method} is not for this call; /docs lists all calls",
        }
        sentence = sentences.get(error.status_code, str(error.detail))
        return JSONResponse({"error": sentence}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    def _unforeseen(_: Request, __: Exception) -> JSONResponse:  # its traceback is in the log
        return JSONResponse({"error": "this should not have failed; the service's log has more"}, 500)

    return app
