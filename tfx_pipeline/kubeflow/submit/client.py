"""The SDK's client of Kubeflow Pipelines, with time limits and one attempt, and its errors in one line.

Imports kfp, which takes seconds: import this module late.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, TextIO
from urllib.parse import urlencode, urlsplit

import kfp
import kfp_server_api
import urllib3
from kfp.client import KF_PIPELINES_SA_TOKEN_ENV, ServiceAccountTokenVolumeCredentials
from kfp_server_api.rest import RESTClientObject, RESTResponse

from listening_log.errors import UsageError, UserError

TOKEN_ENV: Final = "UPNEXT_KFP_TOKEN"
"""A bearer token for the server, if the SDK has no way of its own to one."""
CA_ENV: Final = "SSL_CERT_FILE"
"""Certificates to trust, under OpenSSL's own name: the SDK's client knows only the public ones."""
REQUEST_ERRORS: Final = (kfp_server_api.ApiException, urllib3.exceptions.HTTPError)
_TIMEOUT: Final = (10, 120)  # seconds to connect, to answer: without them a closed port may hang for minutes
_LONGEST_MESSAGE: Final = 600
_CURES: Final = {
    401: f"the server wants credentials, or those it got have expired: log in again, or set {TOKEN_ENV}",
    403: "these credentials may not do that: ask for the rights, or name another --namespace",
    404: "the server knows no such thing: is --host the address of Kubeflow Pipelines, with its path?",
    409: "something of that name was made at the same moment: submit again",
}
_DRY_ANSWER: Final = {
    "pipeline_id": "PIPELINE_ID",
    "pipeline_versions": [{"pipeline_id": "PIPELINE_ID", "pipeline_version_id": "VERSION_ID"}],
    "experiment_id": "EXPERIMENT_ID",
    "run_id": "RUN_ID",
    "recurring_run_id": "RECURRING_RUN_ID",
    "state": "SUCCEEDED",
}
"""Answers every request of a dry run: each of the API's models reads its own fields."""


class _Connection(RESTClientObject):
    """Sends requests, each with a time limit."""

    def request(self, method: str, url: str, *args: object, **kwargs: object) -> RESTResponse:
        kwargs["_request_timeout"] = kwargs.get("_request_timeout") or _TIMEOUT
        return super().request(method, url, *args, **kwargs)


class _DryConnection(RESTClientObject):
    """Writes each request in place of sending it; its headers, where credentials are, are left out."""

    def __init__(self, configuration: kfp_server_api.Configuration, out: TextIO) -> None:
        super().__init__(configuration)
        self._out = out

    def request(
        self,
        method: str,
        url: str,
        query_params: Sequence[tuple[str, str]] = (),
        body: object = None,
        post_params: Sequence[tuple[str, tuple[str, bytes, str]]] = (),
        **_: object,
    ) -> RESTResponse:
        path = urlsplit(url).path + (f"?{urlencode(query_params)}" if query_params else "")
        files = {field: describe_file(name, content) for field, (name, content, _) in post_params or ()}
        print(f"\n{describe_request(method, path, body or files or None)}", file=self._out)
        return RESTResponse(urllib3.HTTPResponse(json.dumps(_DRY_ANSWER).encode(), status=HTTPStatus.OK))


def describe_request(method: str, path: str, body: object) -> str:
    """Describes a request as a dry run prints it: method, path with its query, and body, if any, as JSON."""
    head = f"{method} {path}"
    return head if body is None else f"{head}\n{json.dumps(body, indent=2, sort_keys=True)}"


def describe_file(name: str, content: bytes) -> dict[str, str | int]:
    """Describes an uploaded file in few words."""
    return {"filename": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


class Client(kfp.Client):
    """`kfp.Client` that gives up at the first refusal, or that only prints what it would send."""

    def __init__(self, host: str, namespace: str, dry_run: TextIO | None = None) -> None:
        """Asks the server for its health, as a first sign that host and credentials are right.

        Args:
            host: `http://…` or `https://…`.
            namespace: of the user, "" for the one of the SDK's own configuration, if any.
            dry_run: takes the requests in place of the server. Neither credentials nor network are used then.
        """
        self._dry_run = dry_run
        token_file = "" if dry_run else os.environ.get(KF_PIPELINES_SA_TOKEN_ENV)
        if token_file and not os.access(token_file, os.R_OK):
            raise UsageError(f"{KF_PIPELINES_SA_TOKEN_ENV}: cannot read {token_file}")
        self._health: kfp_server_api.V2beta1GetHealthzResponse | None = None
        try:
            super().__init__(
                host=host,
                existing_token=os.environ.get(TOKEN_ENV),
                credentials=ServiceAccountTokenVolumeCredentials(token_file) if token_file else None,
                ssl_ca_cert=os.environ.get(CA_ENV),
            )
        except (ValueError, KeyError) as error:
            raise UserError(f"cannot read the SDK's own {self._LOCAL_KFP_CONTEXT}: {error}") from None
        self.namespace: str | None = namespace or self.get_user_namespace() or None
        if self.get_kfp_healthz().multi_user and not self.namespace:
            raise UsageError(f"{host} serves several users: say which namespace is yours with --namespace")

    @property
    def user_interface(self) -> str:
        """Address of Kubeflow's pages, for links."""
        return self._get_url_prefix().rstrip("/")

    def get_kfp_healthz(self, sleep_duration: int = 0) -> kfp_server_api.V2beta1GetHealthzResponse:
        """Returns the server's health, asked once; the SDK's own tries five times, whatever the answer was."""
        if self._health is None:
            api, dry_run = self._healthz_api.api_client, self._dry_run
            configuration = api.configuration
            api.rest_client = (
                _DryConnection(configuration, dry_run) if dry_run else _Connection(configuration)
            )
            with self.errors_in_one_line():
                self._health = self._healthz_api.get_healthz()
            if "html" in (api.last_response.getheader("content-type") or ""):
                raise UserError(
                    f"{configuration.host} answers with a web page, not with Kubeflow's API: likely a page to log "
                    f"in; give the session's cookie in the SDK's configuration, or a token in {TOKEN_ENV}"
                )
        return self._health

    @contextmanager
    def errors_in_one_line(self) -> Iterator[None]:
        """Turns errors of the API and of the network into one line.

        Raises:
            UserError: the HTTP status, what the server says and what to do; never a credential.
        """
        api = self._run_api.api_client
        try:
            yield
        except REQUEST_ERRORS as error:
            message = _describe_error(api.configuration.host, error)
            headers = [value for name, value in api.default_headers.items() if name != "User-Agent"]
            for secret in filter(None, (*api.configuration.api_key.values(), api.cookie, *headers)):
                message = message.replace(secret, "…")
            # cut last: half a secret would not be recognised; the SDK's own error has the headers
            raise UserError(message[:_LONGEST_MESSAGE]) from None

    def _load_config(self, host: str, *args: object) -> kfp_server_api.Configuration:
        return kfp_server_api.Configuration(host=host) if self._dry_run else super()._load_config(host, *args)


def checked_host(host: str) -> str:
    """Returns `host` with its scheme.

    Raises:
        UsageError: it is no address, or holds a password.
    """
    address = host if "://" in host else f"https://{host}"
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise UsageError("--host: expected the address of Kubeflow Pipelines, as in http://localhost:8080")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("--host: expected an address without user, password, `?` and `#`")
    return address.rstrip("/")


def _describe_error(host: str, error: Exception) -> str:
    if isinstance(error, kfp_server_api.ApiException):
        is_refusal = 400 <= error.status < 500
        cure = _CURES.get(error.status, error.reason if is_refusal else "the server failed: submit again")
        answer = _server_message(str(error.body or ""))
        return f"{host}: HTTP {error.status}: {cure}{answer and f' ({answer})'}"
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, urllib3.exceptions.SSLError):
        cause = getattr(next(iter(reason.args), None), "verify_message", None) or reason
        return f"{host}: TLS failed: {cause}: if its certificate is your own, name its authority's file in {CA_ENV}"
    is_connecting = isinstance(reason, urllib3.exceptions.NewConnectionError)  # a TimeoutError too, oddly
    if isinstance(reason, urllib3.exceptions.TimeoutError) and not is_connecting:
        return f"{host} does not answer in time: is --host right, and the way to it open?"
    cause = getattr(reason.__cause__ or reason.__context__, "strerror", None) or type(reason).__name__
    return (
        f"cannot reach {host}: {cause}: is --host right, and `kubectl port-forward` running if it needs one?"
    )


def _server_message(body: str) -> str:
    """Returns the message in a refusal, "" for none or a page for browsers."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = "" if "<" in body else body
    message = answer.get("message") or answer.get("error") or "" if isinstance(answer, dict) else answer
    return " ".join(str(message).split())
