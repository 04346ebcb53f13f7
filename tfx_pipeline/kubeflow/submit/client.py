"""The SDK's client of Kubeflow Pipelines, with time limits and one attempt, and its errors in one line.

Imports kfp, which takes seconds: import this module late.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import kfp
import kfp_server_api
import urllib3
from kfp.client import KF_PIPELINES_SA_TOKEN_ENV, ServiceAccountTokenVolumeCredentials
from kfp_server_api.rest import RESTClientObject

from listening_log.errors import UsageError, UserError
from tfx_pipeline.kubeflow.submit.dry_run import Recorder

TOKEN_ENV: Final = "UPNEXT_KFP_TOKEN"
"""A bearer token for the server, if the SDK has no way of its own to one."""
CA_ENV: Final = "SSL_CERT_FILE"
"""Certificates to trust, under OpenSSL's own name: the SDK's client knows but the public ones."""
UNREACHABLE: Final = (urllib3.exceptions.HTTPError,)
_TIMEOUT: Final = (10, 120)  # seconds to connect, to answer: without them a closed port may hang for minutes
_TO_DO: Final = {
    400: "the server does not take this request",
    401: f"the server wants credentials, or those it got have expired: log in again, or set {TOKEN_ENV}",
    403: "these credentials may not do that: ask for the rights, or name another --namespace",
    404: "the server knows no such thing: is --host the address of Kubeflow Pipelines, with its path?",
    409: "something of that name was made at the same moment: submit again",
    429: "the server has too much to do: submit again later",
}

ApiException: TypeAlias = kfp_server_api.ApiException


class _Transport(RESTClientObject):
    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        kwargs["_request_timeout"] = kwargs.get("_request_timeout") or _TIMEOUT
        return super().request(method, url, *args, **kwargs)


class Client(kfp.Client):
    """`kfp.Client` that gives up at the first refusal, or that only notes what it would send."""

    def __init__(self, host: str, namespace: str, recorder: Recorder | None = None) -> None:
        """Asks the server for its health, as a first sign that host and credentials are right.

        Args:
            host: `http://…` or `https://…`.
            namespace: of the user, "" for the one of the SDK's own configuration, if any.
            recorder: takes the requests in place of the server. Neither credentials nor network are used then.
        """
        self._recorder = recorder
        self._health: Any = None
        try:
            super().__init__(
                host=host,
                existing_token=os.environ.get(TOKEN_ENV),
                credentials=None if recorder else _mounted_token(),
                ssl_ca_cert=os.environ.get(CA_ENV),
            )
        except (ValueError, KeyError) as error:
            raise UserError(f"cannot read the SDK's own {self._LOCAL_KFP_CONTEXT}: {error}") from None
        self.namespace: str | None = namespace or self.get_user_namespace() or None
        if self.get_kfp_healthz().multi_user and not self.namespace:
            raise UsageError(f"{host} serves several users: say which namespace is yours with --namespace")

    @property
    def link(self) -> str:
        """Address of the user interface."""
        return self._get_url_prefix().rstrip("/")

    @property
    def secrets(self) -> list[str]:
        """What must be told to nobody."""
        api = self._run_api.api_client
        headers = [value for name, value in api.default_headers.items() if name != "User-Agent"]
        return [secret for secret in (*api.configuration.api_key.values(), api.cookie, *headers) if secret]

    def get_kfp_healthz(self, sleep_duration: int = 0) -> Any:
        """The server's health, asked once; the SDK's own tries five times, whatever the answer was."""
        if self._health is None:
            api = self._healthz_api.api_client
            api.rest_client = self._recorder or _Transport(api.configuration)
            with told(self):
                self._health = self._healthz_api.get_healthz()
                if "html" in (api.last_response.getheader("content-type") or ""):
                    raise UserError(
                        f"{self.address} answers with a web page, not with Kubeflow's API: likely a page to log in; "
                        f"give the session's cookie in the SDK's configuration, or a token in {TOKEN_ENV}"
                    )
        return self._health

    @property
    def address(self) -> str:
        """The server's."""
        return str(self._existing_config.host)

    def _load_config(self, host: str, *args: Any) -> Any:
        if self._recorder is None:
            return super()._load_config(host, *args)
        configuration = kfp_server_api.Configuration()
        configuration.host = host
        return configuration


@contextmanager
def told(client: Client) -> Iterator[None]:
    """Tells errors of the API in one line.

    Raises:
        UserError: the HTTP status, what the server says and what to do; never a credential.
    """
    try:
        yield
    except ApiException as error:
        said = _hidden(_said(error.body), client.secrets)
        to_do = _TO_DO.get(error.status, "the server failed: submit again, or ask who runs it")
        raise UserError(f"{client.address}: HTTP {error.status}: {to_do}{said and f' ({said})'}") from None
    except UNREACHABLE as error:
        reason = getattr(error, "reason", None) or error
        raise UserError(_hidden(_of_the_network(client.address, reason), client.secrets)) from None


def checked_host(host: str) -> str:
    """`host` with its scheme. Raises UsageError for what is no address, or holds a password."""
    text = host if "://" in host else f"https://{host}"
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise UsageError("--host: expected the address of Kubeflow Pipelines, as in http://localhost:8080")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("--host: expected an address without user, password, `?` and `#`")
    return text.rstrip("/")


def _mounted_token() -> ServiceAccountTokenVolumeCredentials | None:
    path = os.environ.get(KF_PIPELINES_SA_TOKEN_ENV)
    if not path:
        return None
    if not os.access(path, os.R_OK):
        raise UsageError(f"{KF_PIPELINES_SA_TOKEN_ENV}: cannot read {path}")
    return ServiceAccountTokenVolumeCredentials(path)


def _said(body: Any) -> str:
    """The message in a refusal, "" if there is none but a page for browsers."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    try:
        answer = json.loads(text)
    except ValueError:
        return "" if "<" in text else " ".join(text.split())[:300]
    if not isinstance(answer, dict):
        return ""
    message = answer.get("message") or answer.get("error_message") or answer.get("error") or ""
    return " ".join(str(message).split())[:300]


def _hidden(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def _of_the_network(address: str, reason: BaseException) -> str:
    if isinstance(reason, urllib3.exceptions.SSLError):
        cause = reason.args[0] if reason.args else reason
        why = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or str(cause)
        return (
            f"{address}: TLS failed: {why}: if its certificate is your own, name the file of the authority "
            f"in {CA_ENV}"
        )
    connecting = isinstance(reason, urllib3.exceptions.NewConnectionError)  # a TimeoutError too, oddly
    if isinstance(reason, urllib3.exceptions.TimeoutError) and not connecting:
        return f"{address} does not answer in time: is --host right, and the way to it open?"
    cause = reason.__cause__ or reason.__context__
    why = getattr(cause, "strerror", "") or type(reason).__name__
    return (
        f"cannot reach {address}: {why}: is --host right, and `kubectl port-forward` running if it needs one?"
    )
