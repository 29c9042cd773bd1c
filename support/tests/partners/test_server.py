"""The stubs of outside services, called over the socket as the platform calls them."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
import requests
from responses import matchers

from support.partners import Cablecast, PartnerServer, Received
from support.partners.cablecast import OPERATIONS
from support.partners.server import Reply
from support.polling import eventually

TIMEOUT = 5
CREDENTIALS = ("archivist", "correct horse")


@pytest.fixture(autouse=True)
def no_proxy_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def stub() -> Iterator[PartnerServer]:
    with PartnerServer("Weather") as partner:
        yield partner


@pytest.fixture
def cablecast() -> Iterator[Cablecast]:
    with Cablecast(*CREDENTIALS) as partner:
        yield partner


def call(partner: PartnerServer, method: str, path: str, **options: object) -> requests.Response:
    return requests.request(method, partner.url + path, timeout=TIMEOUT, **options)  # type: ignore[arg-type]


def ask(cablecast: Cablecast, method: str, path: str, **options: object) -> requests.Response:
    return call(cablecast, method, path, auth=CREDENTIALS, **options)


def make_vod(cablecast: Cablecast, show: int, file_name: str = "council.mp4", key: str | None = None) -> int:
    headers = {"Idempotency-Key": key} if key else {}
    asked = {"show": show, "quality": 1, "fileName": file_name}
    answer = ask(cablecast, "POST", "/vods", json=asked, headers=headers)
    assert answer.status_code == 201
    return int(answer.json()["vod"]["id"])


class TestRegistering:
    def test_a_registration_is_answered_over_the_socket(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", status=203, json={"sky": "clear"}, headers={"X-Station": "7"})
        answer = call(stub, "GET", "/today?units=c")
        assert (answer.status_code, answer.json(), answer.headers["X-Station"]) == (203, {"sky": "clear"}, "7")
        assert answer.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_every_method_is_served(self, stub: PartnerServer, method: str) -> None:
        stub.register(method.lower(), "/today", body=b"\x00\xff")
        assert call(stub, method, "/today").content == b"\x00\xff"

    def test_an_answer_to_head_has_no_body(self, stub: PartnerServer) -> None:
        stub.register("HEAD", "/today", body="twelve bytes")
        stub.register("GET", "/today", body="clear")
        with closing(HTTPConnection(urlsplit(stub.url).netloc, timeout=TIMEOUT)) as connection:
            connection.request("HEAD", "/today")
            head = connection.getresponse()
            assert (head.read(), head.headers["Content-Length"]) == (b"", "12")
            connection.request("GET", "/today")
            assert connection.getresponse().read() == b"clear"

    def test_a_path_template_stands_for_one_segment(self, stub: PartnerServer) -> None:
        stub.register("GET", "/cities/{name}/today", body="clear")
        assert call(stub, "GET", "/cities/Graz%20S%C3%BCd/today").status_code == 200
        assert call(stub, "GET", "/cities/Graz/Nord/today").status_code == 501
        assert call(stub, "GET", "/cities/Graz/today/more").status_code == 501
        assert [received.path for received in stub.received(path="/cities/{name}/today")] == ["/cities/Graz Süd/today"]

    @pytest.mark.parametrize("path", ["today", "/today?units=c"])
    def test_a_path_that_could_never_match_is_refused(self, stub: PartnerServer, path: str) -> None:
        with pytest.raises(ValueError, match="invalid path"):
            stub.register("GET", path)

    def test_the_later_registration_wins_until_it_is_removed(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear")
        storm = stub.register("GET", "/today", body="storm")
        assert call(stub, "GET", "/today").text == "storm"
        storm.remove()
        storm.remove()
        assert call(stub, "GET", "/today").text == "clear"

    def test_times_uses_a_registration_up(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear")
        stub.register("GET", "/today", status=503, times=2)
        assert [call(stub, "GET", "/today").status_code for _ in range(4)] == [503, 503, 200, 200]

    def test_times_counts_right_under_simultaneous_calls(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear")
        stub.register("GET", "/today", status=503, times=7)
        with ThreadPoolExecutor(10) as pool:
            statuses = list(pool.map(lambda _: call(stub, "GET", "/today").status_code, range(40)))
        assert (statuses.count(503), statuses.count(200)) == (7, 33)
        assert len(stub.received("GET", "/today", where=lambda received: received.status == 503)) == 7

    def test_matchers_of_responses_choose_among_registrations(self, stub: PartnerServer) -> None:
        stub.register("POST", "/today", body="other")
        stub.register("POST", "/today", body="Graz", match=[matchers.json_params_matcher({"city": "Graz"})])
        stub.register("POST", "/today", body="metric", match=[matchers.query_param_matcher({"units": "c"})])
        assert call(stub, "POST", "/today", json={"city": "Graz"}).text == "Graz"
        assert call(stub, "POST", "/today", json={"city": "Linz"}).text == "other"
        assert call(stub, "POST", "/today?units=c", json={"city": "Graz"}).text == "metric"

    def test_a_callback_sees_the_request_and_the_values_of_the_path(self, stub: PartnerServer) -> None:
        def answer(received: Received, city: str) -> Reply:
            return 200, {"X-Body": received.body.decode()}, f"{city} in {received.query['units'][0]}"

        stub.register_callback("POST", "/cities/{city}", answer)
        reply = call(stub, "POST", "/cities/Graz%20S%C3%BCd?units=c", data="hello")
        assert (reply.content.decode(), reply.headers["X-Body"]) == ("Graz Süd in c", "hello")

    def test_a_callback_that_fails_says_so(self, stub: PartnerServer) -> None:
        stub.register_callback("GET", "/today", lambda received: 1 / 0)  # type: ignore[arg-type, return-value]
        answer = call(stub, "GET", "/today")
        assert (answer.status_code, answer.text) == (
            500,
            "the stub of Weather failed: ZeroDivisionError('division by zero')",
        )

    def test_an_exception_as_body_drops_the_connection(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body=ConnectionError())
        with pytest.raises(requests.ConnectionError):
            call(stub, "GET", "/today")
        assert [received.status for received in stub.received()] == [None]

    def test_a_content_length_above_the_body_cuts_the_answer_off(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body='{"sky": "cl', headers={"Content-Length": "16"})
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            call(stub, "GET", "/today")

    def test_reset_forgets_and_keeps_the_address(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today")
        url = stub.url
        call(stub, "GET", "/today")
        stub.reset()
        assert (stub.received(), stub.url) == ([], url)
        assert call(stub, "GET", "/today").status_code == 501


class TestReceiving:
    def test_what_came_in_is_kept(self, stub: PartnerServer) -> None:
        stub.register("POST", "/today", status=202)
        before = time.monotonic()
        call(stub, "POST", "/today?a=1&a=2&b=", json={"city": "Graz"}, headers={"X-Mark": "7f3a12"})
        [received] = stub.received("post", "/today")
        assert (received.method, received.path, received.status) == ("POST", "/today", 202)
        assert received.query == {"a": ["1", "2"], "b": [""]}
        assert (received.headers["x-mark"], received.json()) == ("7f3a12", {"city": "Graz"})
        assert before <= received.at <= time.monotonic()

    def test_received_is_filtered_by_anything(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today")
        for mark in ("one", "two", "one"):
            call(stub, "GET", "/today", headers={"X-Mark": mark})
        assert len(stub.received(where=lambda received: received.headers["X-Mark"] == "one")) == 2
        assert stub.received("POST") == []

    def test_a_multipart_body_is_taken_apart_to_the_byte(self, stub: PartnerServer) -> None:
        stub.register("POST", "/files")
        content = bytes(range(256)) + b"\r\n--no boundary\r\n\r\n"
        files = {"scc_file": ("council.scc", content, "text/plain"), "other": ("empty.bin", b"")}
        call(stub, "POST", "/files", files=files, data={"language": "français"})
        [received] = stub.received()
        assert received.files()["scc_file"] == ("council.scc", content)
        assert received.files()["other"].content == b""
        assert received.form() == {"language": "français"}

    def test_a_url_encoded_form_is_read(self, stub: PartnerServer) -> None:
        stub.register("POST", "/form")
        call(stub, "POST", "/form", data={"name": "Graz & Umgebung", "empty": ""})
        [received] = stub.received()
        assert (received.form(), received.files()) == ({"name": "Graz & Umgebung", "empty": ""}, {})

    def test_an_unmatched_request_is_told_what_is_registered_and_kept(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today")
        stub.register("POST", "/today", times=0)
        stub.register("PUT", "/today", match=[matchers.header_matcher({"X-Mark": "one"})])
        answer = call(stub, "PUT", "/today?units=c")
        assert answer.status_code == 501
        assert answer.text.startswith("Weather has no response for PUT /today. Registered: PUT /today (")
        assert answer.text.endswith("; POST /today (used up after 0); GET /today.")
        assert [received.status for received in stub.received("PUT")] == [501]

    def test_a_stub_without_registrations_says_so(self, stub: PartnerServer) -> None:
        assert call(stub, "GET", "/").text == "Weather has no response for GET /. Registered: nothing."

    def test_a_chunked_body_is_refused_with_a_reason(self, stub: PartnerServer) -> None:
        answer = call(stub, "POST", "/today", data=iter([b"one", b"two"]))
        assert (answer.status_code, answer.text) == (
            411,
            "the stub of Weather requires a Content-Length",
        )


class TestLiving:
    def test_requests_itself_is_not_patched(self, stub: PartnerServer) -> None:
        class Other(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"the other server")

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        stub.register("GET", "/today", body="the stub")
        with HTTPServer(("127.0.0.1", 0), Other) as other:
            thread = threading.Thread(target=other.serve_forever, args=(0.05,))
            thread.start()
            try:
                url = f"http://127.0.0.1:{other.server_port}/today"
                assert requests.get(url, timeout=TIMEOUT).text == "the other server"
                assert call(stub, "GET", "/today").text == "the stub"
            finally:
                other.shutdown()
                thread.join()

    def test_one_connection_serves_many_requests_without_waiting(self, stub: PartnerServer) -> None:
        stub.register("POST", "/today", json={"sky": "clear"})
        with requests.Session() as session:
            begun = time.monotonic()
            for _ in range(50):
                assert session.post(stub.url + "/today", json={"a": 1}, timeout=TIMEOUT).status_code == 200
            assert time.monotonic() - begun < 1
        assert len(stub.received()) == 50

    def test_closing_ends_its_threads_with_connections_open(self) -> None:
        before = set(threading.enumerate())
        stub = PartnerServer("Weather")
        stub.start()
        stub.register("GET", "/today")
        with requests.Session() as session, socket.create_connection(("127.0.0.1", urlsplit(stub.url).port or 0)):
            session.get(stub.url + "/today", timeout=TIMEOUT)
            begun = time.monotonic()
            stub.close()
            assert time.monotonic() - begun < 1
            assert set(threading.enumerate()) == before
            with pytest.raises(requests.ConnectionError):
                session.get(stub.url + "/today", timeout=TIMEOUT)
        stub.close()

    def test_closing_ends_a_delayed_answer(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", delay=60)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(call, stub, "GET", "/today")
            eventually("what the stub was asked", stub.received, bool, expected="something", within=TIMEOUT)
            begun = time.monotonic()
            stub.close()
            assert isinstance(waiting.exception(TIMEOUT), requests.ConnectionError)
            assert time.monotonic() - begun < 1
        assert stub.received()[0].status is None

    def test_a_delayed_answer_comes_late_and_holds_nobody_else_up(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear", delay=0.3)
        stub.register("GET", "/tomorrow", body="rain")
        with ThreadPoolExecutor(1) as pool:
            begun = time.monotonic()
            slow = pool.submit(call, stub, "GET", "/today")
            assert call(stub, "GET", "/tomorrow").text == "rain"
            assert not slow.done()
            assert slow.result(TIMEOUT).text == "clear"
            assert time.monotonic() - begun >= 0.3

    def test_a_callback_acts_before_its_delayed_answer(self, stub: PartnerServer) -> None:
        acted = threading.Event()

        def act(received: Received) -> tuple[int, dict[str, str], str]:
            acted.set()
            return 200, {}, "done"

        stub.register_callback("POST", "/today", act, delay=60)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(call, stub, "POST", "/today")
            assert acted.wait(TIMEOUT)
            assert not waiting.done()
            stub.close()

    def test_an_answer_with_a_pace_comes_byte_by_byte(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear", pace=0.05)
        begun = time.monotonic()
        with requests.get(stub.url + "/today", timeout=TIMEOUT, stream=True) as answer:
            pieces = [(piece, time.monotonic() - begun) for piece in answer.iter_content(1)]
        assert b"".join(piece for piece, _ in pieces) == b"clear"
        assert pieces[-1][1] - pieces[0][1] >= 0.15

    def test_closing_ends_an_answer_with_a_pace(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear", pace=60)
        with requests.get(stub.url + "/today", timeout=TIMEOUT, stream=True) as answer:
            assert answer.raw.read(1) == b"c"
            begun = time.monotonic()
            stub.close()
            assert time.monotonic() - begun < 1

    def test_a_client_that_gives_up_early_harms_nobody(
        self, stub: PartnerServer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stub.register("GET", "/today", body=b"x" * 5_000_000, delay=0.2)
        with pytest.raises(requests.Timeout):
            requests.get(stub.url + "/today", timeout=0.05)
        assert len(call(stub, "GET", "/today").content) == 5_000_000
        stub.close()
        assert capsys.readouterr().err == ""

    def test_a_partner_goes_away_and_returns_to_its_address(self, stub: PartnerServer) -> None:
        stub.register("GET", "/today", body="clear")
        url = stub.url
        stub.close()
        with pytest.raises(requests.ConnectionError):
            call(stub, "GET", "/today")
        stub.start()
        assert (stub.url, call(stub, "GET", "/today").text) == (url, "clear")

    def test_a_stub_has_no_address_before_it_is_started(self) -> None:
        with pytest.raises(RuntimeError, match="the stub of Weather has no address: start it first"):
            _ = PartnerServer("Weather").url

    def test_a_running_stub_is_not_started_again(self, stub: PartnerServer) -> None:
        with pytest.raises(RuntimeError, match="is already running"):
            stub.start()


class TestCablecast:
    def test_shows_are_found_by_a_part_of_their_title(self, cablecast: Cablecast) -> None:
        council = cablecast.add_show("City Council", "2026-11-20")
        cablecast.add_show("School Board", "2026-11-21")
        answer = ask(cablecast, "GET", "/shows", params={"search": "cOUNCIL"})
        assert answer.json() == {"shows": [{"id": council, "title": "City Council", "eventDate": "2026-11-20"}]}
        assert len(ask(cablecast, "GET", "/shows").json()["shows"]) == 2
        assert ask(cablecast, "GET", "/shows", params={"search": "opera"}).json() == {"shows": []}

    def test_a_show_is_created(self, cablecast: Cablecast) -> None:
        answer = ask(cablecast, "POST", "/shows", json={"title": "City Council", "eventDate": "2026-11-20"})
        [show] = cablecast.shows_for("City Council")
        assert (answer.status_code, answer.json()["show"]) == (201, show.to_json())
        assert ask(cablecast, "POST", "/shows", json={"title": "City Council"}).status_code == 422

    def test_vods_have_ids_of_their_own(self, cablecast: Cablecast) -> None:
        show = cablecast.add_show("City Council", "2026-11-20")
        first, second = make_vod(cablecast, show, "2026/council.mp4"), make_vod(cablecast, show, "budget.mp4")
        assert [vod.id for vod in cablecast.vods_for("City Council")] == [first, second]
        assert [vod.id for vod in cablecast.vods_for("2026/council.mp4")] == [first]
        assert [vod.id for vod in cablecast.vods_for(PurePosixPath("2026/council.mp4").name)] == [first]
        assert ask(cablecast, "GET", f"/vods/{second}").json()["vod"] == {
            "id": second,
            "show": show,
            "fileName": "budget.mp4",
            "quality": 1,
        }

    def test_the_same_idempotency_key_gives_the_same_show(self, cablecast: Cablecast) -> None:
        asked = {"title": "City Council", "eventDate": "2026-11-20"}
        answers = [
            ask(cablecast, "POST", "/shows", json=asked, headers={"Idempotency-Key": key})
            for key in ("vod-1", "vod-1", "vod-2")
        ]
        first, again, other = (answer.json()["show"]["id"] for answer in answers)
        assert first == again != other
        cablecast.remove_show(first)
        made = ask(cablecast, "POST", "/shows", json=asked, headers={"Idempotency-Key": "vod-1"})
        assert made.json()["show"]["id"] not in (first, other)

    def test_what_is_answered_late_is_done_at_once(self, cablecast: Cablecast) -> None:
        late = cablecast.respond_late("creating a show", delay=60, times=1)
        asked = {"title": "City Council", "eventDate": "2026-11-20"}
        with pytest.raises(requests.ReadTimeout):
            requests.post(cablecast.url + "/shows", json=asked, auth=CREDENTIALS, timeout=0.2)
        assert late.used_up
        assert len(cablecast.shows_for("City Council")) == 1

    def test_the_same_idempotency_key_gives_the_same_vod(self, cablecast: Cablecast) -> None:
        show = cablecast.add_show("City Council", "2026-11-20")
        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(lambda _: make_vod(cablecast, show, key="vod-1"), range(8)))
        assert len(ids) == 1
        assert make_vod(cablecast, show, key="vod-2") not in ids
        assert len(cablecast.vods_for("City Council")) == 2

    @pytest.mark.parametrize(
        "content", ["not JSON", "[1]", '{"show": 999, "fileName": "a"}', '{"show": [], "fileName": "a"}', '{"show": 7}']
    )
    def test_a_vod_that_makes_no_sense_is_refused(self, cablecast: Cablecast, content: str) -> None:
        cablecast.add_show("City Council", "2026-11-20")
        assert ask(cablecast, "POST", "/vods", data=content).status_code == 422
        assert cablecast.vods_for("a") == []

    def test_captions_are_kept_as_sent(self, cablecast: Cablecast) -> None:
        vod = make_vod(cablecast, cablecast.add_show("City Council", "2026-11-20"))
        with pytest.raises(LookupError, match=f"no captions for VOD {vod}, only for: no VOD"):
            cablecast.captions_of(vod)
        sent = b"Scenarist_SCC V1.0\r\n\r\n00:00:01;00\t942c 942c\r\n"
        assert ask(cablecast, "POST", f"/vods/{vod}/captions", files={"scc_file": ("c.scc", sent)}).status_code == 200
        assert cablecast.captions_of(vod) == sent
        assert ask(cablecast, "POST", f"/vods/{vod}/captions", data=b"loose").status_code == 422

    def test_progress_goes_in_quarters(self, cablecast: Cablecast) -> None:
        vod = make_vod(cablecast, cablecast.add_show("City Council", "2026-11-20"))
        seen = [ask(cablecast, "GET", f"/vods/{vod}/status").json() for _ in range(5)]
        assert [progress["percent"] for progress in seen] == [25, 50, 75, 100, 100]
        assert [progress["status"] for progress in seen][2:4] == ["processing", "completed"]

    @pytest.mark.parametrize("path", ["/vods/999", "/vods/999/status", "/vods/x", "/vods/²"])
    def test_an_unknown_vod_is_not_found(self, cablecast: Cablecast, path: str) -> None:
        assert ask(cablecast, "GET", path).status_code == 404

    @pytest.mark.parametrize("credentials", [None, ("archivist", "wrong"), ("", "")])
    @pytest.mark.parametrize("method, path", OPERATIONS.values())
    def test_every_operation_asks_for_the_credentials(
        self, cablecast: Cablecast, method: str, path: str, credentials: tuple[str, str] | None
    ) -> None:
        answer = call(cablecast, method, path.format(vod_id=41), auth=credentials)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Cablecast"')

    def test_it_answers_503_twice_then_as_usual(self, cablecast: Cablecast) -> None:
        show = cablecast.add_show("City Council", "2026-11-20")
        cablecast.respond(503, operation="creating a VOD", times=2)
        asked = {"show": show, "fileName": "a.mp4"}
        assert [ask(cablecast, "POST", "/vods", json=asked).status_code for _ in range(3)] == [503, 503, 201]
        assert ask(cablecast, "GET", "/shows").status_code == 200
        assert [received.status for received in cablecast.requests("creating a VOD")] == [503, 503, 201]

    def test_it_answers_401_until_that_is_taken_back(self, cablecast: Cablecast) -> None:
        registration = cablecast.respond(401, operation="finding shows")
        assert [ask(cablecast, "GET", "/shows").status_code for _ in range(2)] == [401, 401]
        registration.remove()
        assert ask(cablecast, "GET", "/shows").status_code == 200

    def test_anything_counts_all_operations_together(self, cablecast: Cablecast) -> None:
        cablecast.respond(429, operation="anything", times=2, headers={"Retry-After": "1"})
        first = ask(cablecast, "GET", "/shows")
        assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
        assert ask(cablecast, "GET", "/vods/1/status").status_code == 429
        assert ask(cablecast, "GET", "/shows").status_code == 200
        assert len(cablecast.requests("anything")) == 3

    def test_it_answers_what_a_scenario_wants(self, cablecast: Cablecast) -> None:
        cablecast.respond(200, operation="finding shows", json={"shows": "none"}, times=1)
        cablecast.respond(200, operation="finding shows", body="<html>", times=1)
        assert ask(cablecast, "GET", "/shows").text == "<html>"
        assert json.loads(ask(cablecast, "GET", "/shows").text) == {"shows": "none"}

    def test_a_fault_of_one_scenario_spares_another(self, cablecast: Cablecast) -> None:
        cablecast.respond(500, operation="finding shows", where=lambda r: "7f3a12" in r.query.get("search", [""])[0])
        assert ask(cablecast, "GET", "/shows?search=Council%207f3a12").status_code == 500
        assert ask(cablecast, "GET", "/shows?search=Council%20000000").status_code == 200

    def test_an_unknown_operation_is_refused_with_the_known_ones(self, cablecast: Cablecast) -> None:
        with pytest.raises(ValueError, match='unknown operation "dancing"') as raised:
            cablecast.respond(500, operation="dancing")
        for operation in [*OPERATIONS, "anything"]:
            assert f'"{operation}"' in str(raised.value)

    def test_removing_takes_everything_along(self, cablecast: Cablecast) -> None:
        show = cablecast.add_show("City Council", "2026-11-20")
        kept = make_vod(cablecast, cablecast.add_show("School Board", "2026-11-20"))
        vod = make_vod(cablecast, show, key="vod-1")
        ask(cablecast, "POST", f"/vods/{vod}/captions", files={"scc_file": b"captions"})
        cablecast.remove_show(show)
        cablecast.remove_show(show)
        assert (cablecast.vods_for("City Council"), cablecast.shows_for("City Council")) == ([], [])
        with pytest.raises(LookupError):
            cablecast.captions_of(vod)
        assert ask(cablecast, "GET", f"/vods/{kept}").status_code == 200
        assert make_vod(cablecast, cablecast.add_show("City Council", "2026-11-20"), key="vod-1") != vod

    def test_reset_makes_it_as_new(self, cablecast: Cablecast) -> None:
        cablecast.add_show("City Council", "2026-11-20")
        cablecast.respond(500, operation="anything")
        cablecast.reset()
        assert ask(cablecast, "GET", "/shows").json() == {"shows": []}
