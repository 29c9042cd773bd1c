"""A platform whose certificate an authority of its own has signed: believed where the target file says so."""

import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.sync.server import serve

from support.cli.doctor import Doctor, Finding
from support.drivers.http import HttpDriver, NoResponse
from support.drivers.websocket import open_websocket
from support.errors import EnvironmentFailed, UsageError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.scenario.run import Run
from support.targets.deployment import LiveDeployment, build_of
from support.targets.settings import Target, load_target

UNTRUSTED = "the platform's certificate is not trusted: "
ADVICE = "name its certificate file in the target file: [api] ca_file"
ANSWER = {"status": "healthy", "info": {"title": "Archivist", "version": "3.2.1"}, "paths": {}}


@dataclass(frozen=True)
class Platform:
    """Where it answers, also by a name that its certificate does not have, and the file of its authority."""

    url: str
    misnamed: str
    live: str
    authority: Path

    def target(self, folder: Path, *, url: str = "", ca_file: str = "") -> Target:
        written = folder / "staging.toml"
        line = f'ca_file = "{ca_file}"\n' if ca_file else ""
        written.write_text(f'[api]\nurl = "{url or self.url}"\n{line}', encoding="utf-8")
        return load_target(str(written))


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


# To the letter of RFC 5280: Python 3.13 believes no other authority.
AUTHORITY = (
    x509.BasicConstraints(ca=True, path_length=None),
    x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        **dict.fromkeys(
            (
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        ),
    ),
)


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType
) -> x509.Certificate:
    now, identity = datetime.now(UTC), x509.SubjectKeyIdentifier.from_public_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name("Our authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(identity(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(identity(by.public_key()).digest, None, None), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=extension in AUTHORITY)
    return builder.sign(by, hashes.SHA256())


class Door(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("authority")
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed("Our authority", ours, ours, *AUTHORITY)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "platform.pem").write_bytes(
        _signed("The platform", theirs, ours, here).public_bytes(serialization.Encoding.PEM)
        + theirs.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "platform.pem")
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Door) as http,
        serve(lambda _: None, "127.0.0.1", 0, ssl=context) as live,
    ):
        http.socket = context.wrap_socket(http.socket, server_side=True)
        for server in (http, live):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        port, live_port = http.server_address[1], live.socket.getsockname()[1]
        yield Platform(
            f"https://127.0.0.1:{port}",
            f"https://localhost:{port}",
            f"https://127.0.0.1:{live_port}",
            folder / "authority.pem",
        )
        http.shutdown()
        live.shutdown()


@pytest.fixture(autouse=True)
def a_shell_that_believes_it(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tester's shell trusts has no say."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(platform.authority))


def address(target: Target) -> Finding:
    return next(iter(Doctor(target).findings()))


class TestAnAuthorityThatTheTargetNames:
    @pytest.fixture
    def target(self, platform: Platform, tmp_path: Path) -> Target:
        (tmp_path / "our-authority.pem").write_bytes(platform.authority.read_bytes())
        return platform.target(tmp_path, ca_file="our-authority.pem")

    def test_a_run_begins(self, target: Target) -> None:
        assert LiveDeployment(target).finish().endswith("is healthy")
        assert build_of(target) == "Archivist 3.2.1"
        with closing(Run(target)) as run:
            assert run.document is not None

    def test_the_doctor_reaches_it(self, target: Target) -> None:
        assert "is healthy" in address(target).actual

    def test_scenarios_reach_it(self, target: Target, platform: Platform) -> None:
        recorder = Recorder(Masker())
        with closing(HttpDriver(platform.url, target.limits, recorder, writes=False, trusted=target.trusted)) as http:
            assert http.get("/api/health").status == 200
        opened = open_websocket(
            platform.live,
            "/live",
            actor="Vera",
            token=None,
            limits=target.limits,
            evidence=recorder,
            trusted=target.trusted,
        )
        opened.close()
        assert opened.handshake.status == 101

    def test_a_certificate_of_another_name_is_refused_without_that_advice(
        self, target: Target, platform: Platform, tmp_path: Path
    ) -> None:
        seen = address(platform.target(tmp_path, url=platform.misnamed, ca_file="our-authority.pem")).actual
        assert f": {UNTRUSTED}Hostname mismatch" in seen
        assert ADVICE not in seen


class TestAnAuthorityThatNobodyNames:
    def test_a_run_says_so_before_it_begins(self, platform: Platform, tmp_path: Path) -> None:
        with pytest.raises(EnvironmentFailed) as stop:
            LiveDeployment(platform.target(tmp_path)).finish()
        assert UNTRUSTED in str(stop.value)
        assert str(stop.value).endswith(f"{ADVICE}.")

    def test_the_doctor_says_so(self, platform: Platform, tmp_path: Path) -> None:
        seen = address(platform.target(tmp_path)).actual
        assert f": {UNTRUSTED}" in seen
        assert seen.endswith(ADVICE)

    def test_a_scenario_says_so(self, platform: Platform, tmp_path: Path) -> None:
        limits, recorder = platform.target(tmp_path).limits, Recorder(Masker())
        with (
            closing(HttpDriver(platform.url, limits, recorder, writes=False)) as http,
            pytest.raises(NoResponse, match=f"expected a response, got none: {UNTRUSTED}"),
        ):
            http.get("/api/health")
        with pytest.raises(NoResponse, match="CERTIFICATE_VERIFY_FAILED"):
            open_websocket(platform.live, "/live", actor="Vera", token=None, limits=limits, evidence=recorder)

    def test_where_nobody_speaks_tls_that_is_said(self, platform: Platform, tmp_path: Path) -> None:
        with ThreadingHTTPServer(("127.0.0.1", 0), Door) as plain:
            threading.Thread(target=plain.serve_forever, daemon=True).start()
            seen = address(platform.target(tmp_path, url=f"https://127.0.0.1:{plain.server_address[1]}")).actual
            plain.shutdown()
        assert ": no secure connection was made: " in seen
        assert ADVICE not in seen


@pytest.mark.parametrize(("content", "sentence"), [(None, "No such file or directory"), ("hello", "no certificate")])
def test_a_file_that_is_of_no_use_is_refused(
    platform: Platform, tmp_path: Path, content: str | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "ours.pem").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"ours\.pem, which the target file names as its ca_file.*(?i:{sentence})"):
        platform.target(tmp_path, ca_file="ours.pem")
