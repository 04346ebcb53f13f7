import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from listening_log.errors import UsageError, UserError
from tests.support.kfp_stub import KfpStub, serving
from tests.support.submissions import only, run
from tfx_pipeline.kubeflow.submit.submission import Submission

pytest_plugins = ["tests.support.submissions"]

TOKEN = "s3cret-t0ken"


def test_a_server_behind_a_path_of_its_own_is_found(submission: Submission, kfp_stub: KfpStub):
    kfp_stub.answer = lambda _, path: None if path.startswith("/apis") else (404, b"", "text/plain")
    with pytest.raises(UserError, match=r"HTTP 404: .* its path"):
        run(replace(submission, host=f"{kfp_stub.url}/pipeline"))
    assert kfp_stub.requests[0].path == "/pipeline/apis/v2beta1/healthz"


def test_links_lead_to_the_user_interface_that_the_sdk_is_told_of(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KF_PIPELINES_UI_ENDPOINT", "https://ui.example.com/")
    assert "https://ui.example.com/#/runs/details/" in run(submission)


def test_where_several_users_are_served_a_namespace_is_wanted_and_used(
    submission: Submission, kfp_stub: KfpStub
):
    kfp_stub.multi_user = True
    with pytest.raises(UsageError, match="--namespace"):
        run(submission)
    run(replace(submission, namespace="ann"))
    assert only(kfp_stub.experiments)["namespace"] == only(kfp_stub.pipelines)["namespace"] == "ann"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_token_of_the_environment_is_sent_and_shown_nowhere(
    submission: Submission, kfp_stub: KfpStub, monkeypatch: pytest.MonkeyPatch, capfd, caplog, dry_run: bool
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("UPNEXT_KFP_TOKEN", TOKEN)
    kfp_stub.token = TOKEN
    out = run(replace(submission, dry_run=dry_run))
    assert len(kfp_stub.runs) == (not dry_run)
    assert TOKEN not in out + "".join(capfd.readouterr()) + caplog.text + json.dumps(kfp_stub.versions)


def test_a_server_that_repeats_the_token_does_not_make_us_tell_it(
    submission: Submission, kfp_stub: KfpStub, monkeypatch: pytest.MonkeyPatch, capfd, caplog
):
    caplog.set_level(logging.DEBUG, "tfx_pipeline")
    monkeypatch.setenv("UPNEXT_KFP_TOKEN", TOKEN)
    refusal = json.dumps({"message": f"bad token {TOKEN}"}).encode()
    kfp_stub.answer = lambda *_: (401, refusal, "application/json")
    with pytest.raises(UserError, match=r"HTTP 401: .* \(bad token …\)") as refused:
        run(submission)
    assert TOKEN not in str(refused.value) + "".join(capfd.readouterr())
    assert refused.value.__suppress_context__  # a log of the error would hold the SDK's, with its headers


def test_half_a_token_at_the_end_of_a_long_message_is_not_shown(
    submission: Submission, kfp_stub: KfpStub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UPNEXT_KFP_TOKEN", TOKEN)
    for length in range(400, 700, len(TOKEN) - 1):
        refusal = json.dumps({"message": "x" * length + TOKEN}).encode()
        kfp_stub.answer = lambda *_, refusal=refusal: (400, refusal, "application/json")
        with pytest.raises(UserError, match="HTTP 400") as refused:
            run(submission)
        assert TOKEN[:2] not in str(refused.value)


def test_a_mounted_token_and_the_sdks_own_cookie_are_sent(
    submission: Submission,
    kfp_stub: KfpStub,
    monkeypatch,
    tmp_path: Path,
    sdk_context: Path,
):
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(tmp_path / "token"))
    context = {"namespace": "ann", "client_authentication_cookie": "session=1"}
    sdk_context.write_text(json.dumps(context))
    run(submission)
    assert kfp_stub.headers[-1]["authorization"] == f"Bearer {TOKEN}"
    assert kfp_stub.headers[-1]["Cookie"] == "session=1"
    assert only(kfp_stub.experiments)["namespace"] == "ann"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Bad Request (wrong)"),
        (401, "wants credentials"),
        (403, "may not do that"),
        (404, "is --host the address of Kubeflow Pipelines"),
        (409, "submit again"),
        (500, "the server failed"),
    ],
)
def test_a_refusal_is_one_line_with_its_status(
    submission: Submission, kfp_stub: KfpStub, status: int, message: str
):
    refusal = json.dumps({"error": "wrong", "message": "wrong"}).encode()
    kfp_stub.answer = lambda method, _: (status, refusal, "application/json") if method == "POST" else None
    with pytest.raises(UserError, match=re.escape(f"HTTP {status}: ")) as refused:
        run(submission)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_page_to_log_in_is_not_taken_for_the_api(submission: Submission, kfp_stub: KfpStub):
    kfp_stub.answer = lambda *_: (200, b"<html>Log in</html>", "text/html; charset=utf-8")
    with pytest.raises(UserError, match="a web page, not with Kubeflow's API"):
        run(submission)
    assert len(kfp_stub.requests) == 1


def test_a_host_that_is_not_there_is_told_so(submission: Submission):
    with pytest.raises(UserError, match=r"cannot reach http://127\.0\.0\.1:1: Connection refused"):
        run(replace(submission, host="http://127.0.0.1:1"))


def test_a_certificate_must_be_known(compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate = self_signed(tmp_path / "server.pem")
    (server,) = [serving(KfpStub(), certificate)]
    stub = next(server)
    planned = Submission(compiled, stub.url, params=("data_dir=x",))
    with pytest.raises(UserError, match=r"TLS failed: self.signed certificate.*SSL_CERT_FILE"):
        run(planned)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    run(planned)
    assert len(stub.runs) == 1
    server.close()


def self_signed(path: Path) -> Path:
    """Writes a certificate for 127.0.0.1, and its key."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stub")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(certificate.public_bytes(form[0]) + key.private_bytes(*form))
    return path


def test_a_broken_configuration_of_the_sdk_is_told(submission: Submission, sdk_context: Path):
    sdk_context.write_text("{")
    with pytest.raises(UserError, match=r"cannot read the SDK's own .*context\.json"):
        run(submission)
