"""gRPC's health service, as TF Serving's flag opens it: its Check, which probes of Kubernetes and Envoy ask."""

from collections.abc import Callable
from typing import Any, Final

import grpc

from serving.config_protos import make_message

SERVICES: Final = ("", "ModelService", "PredictionService")  # the names that TF Serving knows
SERVING: Final = 1
NOT_SERVING: Final = 2


def add_health_service(server: grpc.Server, is_healthy: Callable[[], bool]) -> None:
    """Adds `grpc.health.v1.Health` to a server that hasn't started."""

    def check(request: Any, context: grpc.ServicerContext) -> Any:
        if request.service not in SERVICES:
            context.abort(grpc.StatusCode.NOT_FOUND, "")
        response: Any = make_message("HealthCheckResponse")
        response.status = SERVING if is_healthy() else NOT_SERVING
        return response

    handler = grpc.unary_unary_rpc_method_handler(
        check,
        request_deserializer=type(make_message("HealthCheckRequest")).FromString,
        response_serializer=type(make_message("HealthCheckResponse")).SerializeToString,
    )
    handlers = grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})
    server.add_generic_rpc_handlers((handlers,))
