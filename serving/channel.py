"""How the clients reach a server: TLS, a pool of connections, and which failed calls gRPC tries again."""

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

from serving.errors import RESOURCE_EXHAUSTED, UNAVAILABLE, ServerError

if TYPE_CHECKING:
    import grpc

# gRPC's own retries: with jitter, and never past a call's deadline. Their number is bounded, and they stop
# while more than half of the calls fail, so that a server under load isn't asked five times as much.
_RETRIES: Final = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.1s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": [UNAVAILABLE, RESOURCE_EXHAUSTED],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1},
}
_OPTIONS: Final = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.service_config", json.dumps(_RETRIES)),
    ("grpc.per_rpc_retry_buffer_size", 64 << 20),  # a longer request isn't tried again
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.use_local_subchannel_pool", 1),  # else channels to one address share one connection
)


class Tls(NamedTuple):
    """Files in PEM for a server whose gRPC is over TLS.

    Args:
        authorities: certificates that may sign the server's; None: those that gRPC brings.
        certificate: of the client, where the server wants one.
        key: of that certificate.
        server_name: the name in the server's certificate, where it isn't the host of the address.
    """

    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    server_name: str = ""

    def credentials(self) -> "grpc.ChannelCredentials":
        """Reads the files.

        Raises:
            ServerError: one can't be read, or there is a certificate without its key or the other way round.
        """
        import grpc

        if (self.certificate is None) != (self.key is None):
            raise ServerError("TLS: a client's certificate and its key must be given together")
        return grpc.ssl_channel_credentials(_read(self.authorities), _read(self.key), _read(self.certificate))


class CallError(ServerError):
    """A call that the server refused or that didn't reach it.

    Args:
        address: of the server.
        error: what gRPC raised.

    Attributes:
        code: gRPC's name of the status (`UNAVAILABLE`).
    """

    def __init__(self, address: str, error: "grpc.RpcError") -> None:
        self.code: str = error.code().name
        super().__init__(f"{address}: {self.code}: {error.details()}")


def open_channels(api: ModuleType, address: str, connections: int, tls: Tls | None) -> "list[grpc.Channel]":
    """Opens channels to one server, which connect at their first question.

    Args:
        api: `grpc`, or `grpc.aio` for an event loop.
        address: `host:port`.
        connections: how many.
        tls: None: plain text.

    Raises:
        ServerError: `connections` below 1, or a file of `tls` can't be read.
    """
    if connections < 1:
        raise ServerError(f"connections={connections}: must be 1 or more")
    options = _options(address, tls)
    if tls is None:
        return [api.insecure_channel(address, options) for _ in range(connections)]
    credentials = tls.credentials()
    return [api.secure_channel(address, credentials, options) for _ in range(connections)]


def _options(address: str, tls: Tls | None) -> Sequence[tuple[str, str | int]]:
    options: list[tuple[str, str | int]] = list(_OPTIONS)
    if _is_loopback(address):  # a proxy of the environment is elsewhere
        options.append(("grpc.enable_http_proxy", 0))
    if tls is not None and tls.server_name:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return options


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ServerError(f"TLS: {path}: {error.strerror}") from None


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
