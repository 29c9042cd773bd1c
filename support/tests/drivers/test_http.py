"""The HTTP driver against a real server on loopback: what it sends, what it refuses, and what its answers say."""

import socket
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import allure
import pytest
import responses

from support.checks.envelope import error_of, summarize_error
from support.checks.responses import check_internals
from support.drivers.http import HttpDriver, NoResponse, Response, WriteRejected
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.partners.server import PartnerServer
from support.targets.settings import NO_WRITES, Limits

SIGN_IN_PATHS = ("/api/auth/login", "/api/auth/refresh", "/api/auth/logout")
PASSWORD = "correct horse"
ENVELOPE = {"type": "NotFoundError", "message": "The VOD was not found", "details": [], "request_id": "7f3a12"}
INVALID = {
    "type": "ValidationError",
    "message": "The request is invalid",
    "details": [{"field": "title", "issue": "is missing"}, {"field": "duration", "issue": "must be positive"}],
    "request_id": "7f3a12",
}


@pytest.fixture(scope="module")
def server() -> Iterator[PartnerServer]:
    with PartnerServer("The platform") as server:
        yield server


@pytest.fixture
def platform(server: PartnerServer) -> Iterator[PartnerServer]:
    yield server
    server.reset()


@pytest.fixture
def evidence() -> Recorder:
    masker = Masker()
    masker.add(PASSWORD)
    return Recorder(masker)


def driver(platform: PartnerServer, evidence: Recorder, *, writes: bool = True, patience: float = 5.0) -> HttpDriver:
    return HttpDriver(
        platform.url,
        Limits(connect=5.0, response=patience),
        evidence,
        writes=writes,
        exempt=SIGN_IN_PATHS,
        summarize=summarize_error,
        hooks=(check_internals,),
    )


@pytest.fixture
def http(platform: PartnerServer, evidence: Recorder) -> Iterator[HttpDriver]:
    with closing(driver(platform, evidence)) as http:
        yield http


@pytest.fixture
def read_only(platform: PartnerServer, evidence: Recorder) -> Iterator[HttpDriver]:
    with closing(driver(platform, evidence, writes=False)) as http:
        yield http


def answer_of(platform: PartnerServer, http: HttpDriver, **registered: Any) -> Response:
    platform.register("GET", "/api/vod/7", **registered)
    return http.get("/api/vod/7", actor="Dana")


class TestRequests:
    def test_method_path_parameters_and_json_arrive(self, platform: PartnerServer, http: HttpDriver) -> None:
        platform.register("PUT", "/api/vod/7", json={})
        http.put("/api/vod/7", json={"title": "Città"}, params={"limit": 5, "search": "a b"})
        [received] = platform.received("PUT", "/api/vod/7")
        assert received.json() == {"title": "Città"}
        assert received.query == {"limit": ["5"], "search": ["a b"]}
        assert received.headers["Content-Type"] == "application/json"
        assert received.headers["Accept"] == "application/json"

    def test_a_token_is_sent_with_the_request_it_is_given_for_and_no_other(
        self, platform: PartnerServer, http: HttpDriver
    ) -> None:
        http.get("/api/vod/list", token="abc")
        http.get("/api/vod/list")
        assert [received.headers.get("Authorization") for received in platform.received()] == ["Bearer abc", None]

    def test_headers_of_the_caller_win(self, platform: PartnerServer, http: HttpDriver) -> None:
        http.get("/", token="abc", headers={"Authorization": "Basic xyz", "Accept": "text/html"})
        [received] = platform.received()
        assert (received.headers["Authorization"], received.headers["Accept"]) == ("Basic xyz", "text/html")

    def test_a_cookie_given_to_one_persona_does_not_speak_for_the_next(
        self, platform: PartnerServer, http: HttpDriver
    ) -> None:
        platform.register("GET", "/admin", headers={"Set-Cookie": "session=omar; Path=/"})
        assert http.get("/admin", actor="Omar").headers["Set-Cookie"] == "session=omar; Path=/"
        http.get("/admin", actor="Mallory")
        assert "Cookie" not in platform.received()[-1].headers

    @pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
    def test_every_method_has_a_short_form(self, platform: PartnerServer, http: HttpDriver, method: str) -> None:
        getattr(http, method)("/api/vod/7")
        assert [received.method for received in platform.received()] == [method.upper()]

    def test_a_redirect_is_an_answer_and_not_followed(self, platform: PartnerServer, http: HttpDriver) -> None:
        platform.register("GET", "/old", status=307, headers={"Location": "/new"})
        assert http.get("/old").expect(307).headers["Location"] == "/new"
        assert platform.received("GET", "/new") == []

    def test_the_testers_proxies_and_passwords_have_no_say(
        self, platform: PartnerServer, http: HttpDriver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        passwords = tmp_path / "netrc"
        passwords.write_text("machine 127.0.0.1 login tester password private\n")
        passwords.chmod(0o600)
        monkeypatch.setenv("NETRC", str(passwords))
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.delenv("NO_PROXY", raising=False)
        http.get("/api/health")
        [received] = platform.received("GET", "/api/health")
        assert "Authorization" not in received.headers


class TestAnswers:
    def test_an_answer_has_status_headers_body_and_time(self, platform: PartnerServer, http: HttpDriver) -> None:
        answer = answer_of(platform, http, status=201, json={"id": 7}, headers={"X-Request-ID": "a1"}, delay=0.02)
        assert (answer.status, answer.headers["x-request-id"], answer.body) == (201, "a1", b'{"id": 7}')
        assert answer.json == answer.document == {"id": 7}
        assert 0.02 <= answer.seconds < 1

    def test_an_expected_status_returns_the_answer(self, platform: PartnerServer, http: HttpDriver) -> None:
        answer = answer_of(platform, http, status=202)
        assert answer.expect(202) is answer
        assert answer.expect(200, 202) is answer

    def test_text_is_read_as_utf_8(self, platform: PartnerServer, http: HttpDriver) -> None:
        assert answer_of(platform, http, body="Città", headers={"Content-Type": "text/plain"}).text == "Città"

    def test_what_is_no_text_is_told(self, platform: PartnerServer, http: HttpDriver) -> None:
        answer = answer_of(platform, http, body=b"\xff\xfe")
        with pytest.raises(AssertionError, match="expected UTF-8 text, got "):
            _ = answer.text

    @pytest.mark.parametrize(
        "status, envelope, told",
        [
            (404, ENVELOPE, '404 NotFoundError: "The VOD was not found"'),
            (
                422,
                INVALID,
                '422 ValidationError: "The request is invalid" (title: is missing; duration: must be positive)',
            ),
        ],
        ids=["without details", "with details"],
    )
    def test_an_unexpected_status_is_told_with_what_the_platform_said(
        self, platform: PartnerServer, http: HttpDriver, status: int, envelope: object, told: str
    ) -> None:
        answer = answer_of(platform, http, status=status, json={"error": envelope})
        with pytest.raises(AssertionError) as failure:
            answer.expect(200)
        assert str(failure.value) == f"status of Dana's GET /api/vod/7: expected 200, got {told}"

    def test_several_expected_statuses_are_all_told(self, platform: PartnerServer, http: HttpDriver) -> None:
        with pytest.raises(AssertionError, match="expected 200 or 202, got 404"):
            answer_of(platform, http, status=404).expect(200, 202)

    @pytest.mark.parametrize(
        "body", ["<h1>Bad gateway</h1>", '{"error": "gone"}', '{"error": {"type": "X"}}', "[]", ""]
    )
    def test_an_answer_in_another_form_is_told_with_its_beginning(
        self, platform: PartnerServer, http: HttpDriver, body: str
    ) -> None:
        with pytest.raises(AssertionError) as failure:
            answer_of(platform, http, status=502, body=body).expect(200)
        assert str(failure.value).endswith(f'expected 200, got 502 "{body}"')

    def test_of_a_long_answer_only_the_beginning_is_told(self, platform: PartnerServer, http: HttpDriver) -> None:
        with pytest.raises(AssertionError) as failure:
            answer_of(platform, http, status=502, body="x" * 5000).expect(200)
        assert len(str(failure.value)) < 200

    @pytest.mark.parametrize("body", ["<h1>Hello</h1>", "", b"\xff\xfe"])
    def test_what_is_no_json_is_told(self, platform: PartnerServer, http: HttpDriver, body: str | bytes) -> None:
        answer = answer_of(platform, http, body=body)
        shown = r"\xff\xfe" if isinstance(body, bytes) else body
        with pytest.raises(AssertionError) as failure:
            _ = answer.json
        assert str(failure.value).startswith(f'body of Dana\'s GET /api/vod/7: expected JSON, got "{shown}" (')

    def test_json_that_is_no_object_is_told(self, platform: PartnerServer, http: HttpDriver) -> None:
        answer = answer_of(platform, http, json=[1, 2])
        with pytest.raises(AssertionError, match=r"expected a JSON object, got \[1, 2\]$"):
            _ = answer.document


class TestTheErrorEnvelope:
    def test_its_content_is_returned(self, platform: PartnerServer, http: HttpDriver) -> None:
        assert error_of(answer_of(platform, http, status=404, json={"error": ENVELOPE})) == ENVELOPE

    @pytest.mark.parametrize("missing", ["type", "message", "details", "request_id"])
    def test_each_of_its_parts_must_be_there(self, platform: PartnerServer, http: HttpDriver, missing: str) -> None:
        incomplete = {name: value for name, value in ENVELOPE.items() if name != missing}
        answer = answer_of(platform, http, status=404, json={"error": incomplete})
        with pytest.raises(AssertionError, match=r"^body of Dana's GET /api/vod/7: expected the error envelope, got "):
            error_of(answer)

    @pytest.mark.parametrize("content", [{"detail": "Not found"}, {"error": "Not found"}, {}])
    def test_an_answer_without_it_is_told(self, platform: PartnerServer, http: HttpDriver, content: object) -> None:
        answer = answer_of(platform, http, status=404, json=content)
        with pytest.raises(AssertionError, match=r'expected the error envelope, got "\{'):
            error_of(answer)

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("[Errno 2] No such file: /srv/platform/media/a.wav", "a path of the server"),
            ("relation vods does not exist: SELECT id FROM vods", "SQL"),
            ('Traceback (most recent call last): File "app.py", line 3, in read', "a stack"),
        ],
    )
    @pytest.mark.parametrize("place", ["message", "details"])
    def test_one_that_shows_the_inside_fails(
        self, platform: PartnerServer, http: HttpDriver, words: str, found: str, place: str
    ) -> None:
        shown = words if place == "message" else [{"field": "title", "issue": words}]
        with pytest.raises(
            AssertionError, match=f"error of Dana's GET /api/vod/7: expected nothing of the inside, got {found}"
        ):
            answer_of(platform, http, json={"error": {**ENVELOPE, place: shown}}, status=500)

    def test_one_in_plain_words_does_not(self, platform: PartnerServer, http: HttpDriver) -> None:
        plain = "send it to /api/vod/create as application/json, see https://docs.example/a/b, and/or UPDATE it"
        assert answer_of(platform, http, json={"error": {**ENVELOPE, "message": plain}}, status=422).status == 422

    def test_what_is_no_refusal_may_hold_anything(self, platform: PartnerServer, http: HttpDriver) -> None:
        assert answer_of(platform, http, json={"error": {"message": "/srv/media/a.wav"}}).status == 200


class TestNoAnswer:
    def test_a_slow_platform_is_told_with_the_limit(self, platform: PartnerServer, evidence: Recorder) -> None:
        platform.register("GET", "/api/vod/list", delay=30)
        with closing(driver(platform, evidence, patience=0.1)) as http, pytest.raises(NoResponse) as failure:
            http.get("/api/vod/list", actor="Dana")
        assert (
            str(failure.value)
            == "Dana's GET /api/vod/list: expected a response, got none: no response came within 0.1 s"
        )

    def test_a_platform_that_hangs_up_is_told(self, platform: PartnerServer, http: HttpDriver) -> None:
        platform.register("GET", "/api/health", body=ConnectionError())
        with pytest.raises(NoResponse) as failure:
            http.get("/api/health")
        assert (
            str(failure.value) == "GET /api/health: expected a response, got none: the connection was refused or closed"
        )

    def test_an_answer_that_breaks_off_is_no_answer(self, platform: PartnerServer, http: HttpDriver) -> None:
        platform.register("GET", "/api/health", body="hello", headers={"Content-Length": "10"})
        with pytest.raises(NoResponse) as failure:
            http.get("/api/health")
        assert str(failure.value) == "GET /api/health: expected a response, got none: the response was cut off"

    def test_an_answer_that_stops_in_the_middle_is_told_with_the_limit(self, evidence: Recorder) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
            half = threads.submit(_answer_half, listener)
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            slow = HttpDriver(url, Limits(response=0.1), evidence, writes=True)
            with closing(slow), pytest.raises(NoResponse, match=r"no response came within 0\.1 s$"):
                slow.get("/api/health")
            half.result().close()

    def test_a_platform_that_is_gone_is_told_and_found_again_when_it_is_back(self, evidence: Recorder) -> None:
        with PartnerServer("The platform") as platform, closing(driver(platform, evidence)) as http:
            platform.register("GET", "/api/health", json={})
            http.get("/api/health").expect(200)
            platform.close()
            with pytest.raises(NoResponse, match="the connection was refused or closed"):
                http.get("/api/health")
            platform.start()
            http.get("/api/health").expect(200)

    def test_it_is_a_failure_and_kept_as_evidence(
        self, platform: PartnerServer, http: HttpDriver, evidence: Recorder
    ) -> None:
        platform.register("GET", "/api/health", body=ConnectionError())
        with pytest.raises(AssertionError):
            http.get("/api/health", actor="Dana")
        [exchange] = evidence.exchanges
        assert (exchange.status, exchange.error) == (None, "the connection was refused or closed")


def _answer_half(listener: socket.socket) -> socket.socket:
    connection, _ = listener.accept()
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    return connection


class TestATargetThatGrantsNoWrites:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "MKCOL"])
    def test_every_writing_method_is_refused_before_it_is_sent(
        self, platform: PartnerServer, read_only: HttpDriver, evidence: Recorder, method: str
    ) -> None:
        with pytest.raises(WriteRejected) as failure:
            read_only.send(method, "/api/vod/7")
        assert str(failure.value) == f"{method} /api/vod/7 was not sent: {NO_WRITES}"
        assert platform.received() == []
        assert evidence.exchanges == ()

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_reading_is_allowed(self, platform: PartnerServer, read_only: HttpDriver, method: str) -> None:
        read_only.send(method, "/api/vod/7")
        assert [received.method for received in platform.received()] == [method]

    @pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/refresh", "/api/auth/logout"])
    def test_signing_in_and_out_is_allowed(self, platform: PartnerServer, read_only: HttpDriver, path: str) -> None:
        read_only.post(path, json={})
        assert [received.path for received in platform.received("POST")] == [path]

    @pytest.mark.parametrize(
        "path", ["/api/auth/login/", "/api/auth/login/../../vod/create", "/api/auth/login?next=/api", "/api/auth/users"]
    )
    def test_nothing_beside_signing_in_is_allowed(self, read_only: HttpDriver, path: str) -> None:
        with pytest.raises(WriteRejected):
            read_only.post(path, json={})


def test_nothing_is_sent_while_responses_is_active(
    platform: PartnerServer, http: HttpDriver, evidence: Recorder
) -> None:
    with responses.RequestsMock(), pytest.raises(RuntimeError, match="`responses` is active in this process"):
        http.get("/api/health")
    assert evidence.exchanges == ()
    platform.register("GET", "/api/health", json={})
    http.get("/api/health").expect(200)


class TestEvidence:
    def test_an_exchange_is_recorded_whole(self, platform: PartnerServer, http: HttpDriver, evidence: Recorder) -> None:
        platform.register("POST", "/api/vod/create", status=201, json={"id": 7})
        answer = http.post("/api/vod/create", actor="Dana", json={"title": "City Council"}, params={"draft": "yes"})
        [exchange] = evidence.exchanges
        assert (exchange.method, exchange.actor, exchange.status) == ("POST", "Dana", 201)
        assert exchange.url == f"{platform.url}/api/vod/create?draft=yes"
        assert exchange.request_body == b'{"title": "City Council"}'
        assert exchange.response_body == b'{"id": 7}'
        assert exchange.elapsed == answer.seconds

    def test_what_is_attached_shows_no_secret(
        self, platform: PartnerServer, http: HttpDriver, evidence: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        attached: list[str] = []

        def attach(body: str | Callable[[], str], **about: str) -> None:
            attached.extend([body() if callable(body) else body, about["name"]])

        monkeypatch.setattr(allure, "attach", attach)
        platform.register("POST", "/api/auth/login", status=401, json={"access_token": "t0ken", "said": PASSWORD})
        http.post(
            f"/api/auth/login?said={PASSWORD}",
            actor="Dana",
            token="s3cret-bearer",
            json={"username": "dana", "password": "another"},
        )
        evidence.step_ended(failed=True)
        evidence.scenario_ended(failed=True)
        written = "\n".join(attached)
        assert "dana" in written
        assert "curl" in written
        assert [
            secret for secret in (PASSWORD, "correct%20horse", "t0ken", "s3cret", "another") if secret in written
        ] == []


def test_half_a_secret_is_not_told_when_an_answer_is_cut(platform: PartnerServer, http: HttpDriver) -> None:
    answer = answer_of(platform, http, body="x" * 70 + PASSWORD)
    with pytest.raises(AssertionError) as failure:
        answer.expect(404)
    assert "corr" not in str(failure.value)


def test_a_body_can_be_sent_as_it_is(platform: PartnerServer, http: HttpDriver) -> None:
    platform.register("POST", "/api/form", json={})
    http.post("/api/form", body=b"a=1", headers={"Content-Type": "text/plain"})
    [received] = platform.received("POST", "/api/form")
    assert (received.body, received.headers["Content-Type"]) == (b"a=1", "text/plain")


PATIENCE = Limits(connect=5.0, response=0.3)


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


class TestBytesThatNeedNotBeHttp:
    """`send_raw`, against a server that treats each connection as the test says."""

    @pytest.fixture
    def listener(self) -> Iterator[socket.socket]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield listener

    def ask(self, listener: socket.socket, treat: Callable[[socket.socket], None], evidence: Recorder) -> bytes:
        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                treat(connection)

        http = HttpDriver(url_of(listener), PATIENCE, evidence, writes=True)
        with ThreadPoolExecutor(1) as threads:
            served = threads.submit(serve)
            try:
                return http.send_raw(b"nonsense")
            finally:
                served.result()

    def test_what_comes_back_is_returned(self, listener: socket.socket, evidence: Recorder) -> None:
        def answer(connection: socket.socket) -> None:
            assert connection.recv(100) == b"nonsense"
            connection.sendall(b"go away")

        assert self.ask(listener, answer, evidence) == b"go away"

    def test_a_connection_that_is_reset_is_an_answer_too(self, listener: socket.socket, evidence: Recorder) -> None:
        def reset(connection: socket.socket) -> None:
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        # Whether the reset meets us when we say that this was all, or when we listen, is chance.
        assert [self.ask(listener, reset, evidence) for _ in range(30)] == [b""] * 30

    def test_silence_is_none(self, listener: socket.socket, evidence: Recorder) -> None:
        http = HttpDriver(url_of(listener), PATIENCE, evidence, writes=True)
        # The kernel accepts the connection; nobody ever reads from it.
        with pytest.raises(NoResponse, match="expected a response or a closed connection, got neither"):
            http.send_raw(b"nonsense")

    def test_nobody_there_is_none_either(self, evidence: Recorder) -> None:
        http = HttpDriver("http://127.0.0.1:1", PATIENCE, evidence, writes=True)
        with pytest.raises(NoResponse, match="expected a response, got no connection"):
            http.send_raw(b"nonsense")
