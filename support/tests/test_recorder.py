import csv
import io
import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import allure_commons
import pytest

from support.evidence.lines import Line
from support.evidence.masking import Masker
from support.evidence.recorder import BODY_LIMIT, TRANSCRIPT, Command, Exchange, Query, Recorder, curl

SECRET = "Tr0ub4dor&3"

LOGIN = Exchange(
    method="POST",
    url="http://127.0.0.1:8000/api/auth/login?next=%2Fhome&token=abc",
    actor="Dana",
    request_headers={"Content-Type": "application/json", "Authorization": "Bearer abc", "Host": "127.0.0.1"},
    request_body=b'{"username":"dana","password":"guessed"}',
    status=401,
    reason="Unauthorized",
    response_headers={"content-type": "application/json"},
    response_body=b'{"error":{"message":"It\'s wrong."}}',
    started=1_760_000_000.0,
    elapsed=0.25,
)
COUNT = Query("SELECT status\n  FROM vods", None, ["status"], [("pending",), (None,)], 2, 0.001)
GET = Command("Redis", "GET vod:1", b"cached", 0.001)


class Attachments(dict[str, Any]):
    """What was attached: name -> (body, media type)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    # pluggy keeps plugins in sets.
    __hash__ = object.__hash__  # type: ignore[assignment]

    @allure_commons.hookimpl
    def attach_data(
        self, body: str | bytes | Callable[[], str], name: str, attachment_type: Any, extension: str
    ) -> None:
        self[name] = (body() if callable(body) else body, getattr(attachment_type, "mime_type", attachment_type))

    @allure_commons.hookimpl
    def tell_line(self, line: Line) -> None:
        self.lines.append(line.text)

    def body(self, name: str) -> str:
        return str(self[name][0])

    @property
    def drawn(self) -> dict[str, tuple[Any, str]]:
        """Without what every failed step gets besides."""
        return {name: what for name, what in self.items() if name not in ("What this step did", "Ask again with curl")}


@pytest.fixture
def attached() -> Iterator[Attachments]:
    attachments = Attachments()
    allure_commons.plugin_manager.register(attachments)
    yield attachments
    allure_commons.plugin_manager.unregister(attachments)


@pytest.fixture
def recorder() -> Recorder:
    masker = Masker()
    masker.add(SECRET)
    return Recorder(masker)


def test_nothing_is_told_before_the_step_ends(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.query(COUNT)
    recorder.command(GET)
    recorder.attach("captions", "Scenarist_SCC V1.0", "text/plain")
    assert not attached and not attached.lines
    recorder.step_ended(failed=True)
    assert list(attached.drawn) == [
        "POST /api/auth/login?next=%2Fhome&token=*** answered 401",
        "SELECT status FROM vods – 2 rows",
        "Redis commands",
        "captions",
    ]


def test_a_step_that_passed_gets_a_line_for_each_and_the_files_it_asked_for(
    recorder: Recorder, attached: Attachments
) -> None:
    recorder.exchange(LOGIN)
    recorder.query(COUNT)
    recorder.command(GET)
    recorder.attach("captions", "Scenarist_SCC V1.0", "text/plain")
    recorder.step_ended(failed=False)
    assert attached.lines == [
        "POST /api/auth/login?next=%2Fhome&token=*** answered 401, as Dana",
        "SELECT status FROM vods – 2 rows",
        "GET vod:1 → cached",
    ]
    assert list(attached) == ["captions"]


def test_what_was_attached_is_not_attached_again(recorder: Recorder, attached: Attachments) -> None:
    recorder.command(GET)
    recorder.step_ended(failed=False)
    attached.clear()
    recorder.step_ended(failed=True)
    assert not attached


def test_an_exchange_is_drawn_by_allure(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.step_ended(failed=True)
    ((body, media_type),) = attached.drawn.values()
    assert media_type == "application/vnd.allure.http+json"
    assert json.loads(body) == {
        "schemaVersion": 1,
        "start": 1_760_000_000_000,
        "stop": 1_760_000_000_250,
        "request": {
            "method": "POST",
            "url": "http://127.0.0.1:8000/api/auth/login?next=%2Fhome&token=***",
            "headers": [
                {"name": "Content-Type", "value": "application/json"},
                {"name": "Authorization", "value": "Bearer ***"},
                {"name": "Host", "value": "127.0.0.1"},
            ],
            "query": [{"name": "next", "value": "/home"}, {"name": "token", "value": "***"}],
            "body": {
                "contentType": "application/json",
                "encoding": "utf8",
                "value": '{\n  "username": "dana",\n  "password": "***"\n}',
                "size": 40,
                "truncated": False,
            },
        },
        "response": {
            "status": 401,
            "statusText": "Unauthorized",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "body": {
                "contentType": "application/json",
                "encoding": "utf8",
                "value": '{\n  "error": {\n    "message": "It\'s wrong."\n  }\n}',
                "size": 35,
                "truncated": False,
            },
        },
    }


def test_a_request_without_an_answer_says_so(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(replace(LOGIN, status=None, reason=None, response_body=None, error=f"refused by {SECRET}"))
    recorder.step_ended(failed=True)
    ((name, (body, _)),) = attached.drawn.items()
    assert name == "POST /api/auth/login?next=%2Fhome&token=*** got no answer: refused by ***"
    assert json.loads(body)["error"] == {"name": "No answer", "message": "refused by ***"}
    assert "response" not in json.loads(body)


@pytest.mark.parametrize("size", [BODY_LIMIT, BODY_LIMIT + 1])
def test_only_bodies_over_the_limit_are_cut(recorder: Recorder, attached: Attachments, size: int) -> None:
    recorder.exchange(replace(LOGIN, response_body=b"x" * size, response_headers={"Content-Type": "text/plain"}))
    recorder.step_ended(failed=True)
    ((body, _),) = attached.drawn.values()
    shown = json.loads(body)["response"]["body"]
    cut = size > BODY_LIMIT
    assert shown["truncated"] is cut
    assert shown["value"] == "x" * BODY_LIMIT + (f"\n[cut: the first 65536 characters of {size} bytes]" if cut else "")


def test_a_cut_body_is_masked_by_field_name_too(recorder: Recorder, attached: Attachments) -> None:
    body = json.dumps({"password": "guessed", "long": "x" * BODY_LIMIT})
    recorder.exchange(replace(LOGIN, response_body=body.encode()))
    recorder.step_ended(failed=True)
    assert "guessed" not in str(attached)


def test_a_body_that_is_not_text_is_named(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(replace(LOGIN, response_body=b"\xff\xd8\x00"))
    recorder.step_ended(failed=True)
    ((body, _),) = attached.drawn.values()
    assert json.loads(body)["response"]["body"]["value"] == "[3 bytes that are not text]"


def test_rows_are_a_table(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(
        Query("SELECT * FROM users", None, ["name", "password_hash"], [("dana", "argon"), (SECRET, None)], 2, 0)
    )
    recorder.step_ended(failed=True)
    ((body, media_type),) = attached.drawn.values()
    assert media_type == "text/csv"
    assert list(csv.reader(io.StringIO(body))) == [["name", "password_hash"], ["dana", "***"], ["***", ""]]


def test_secret_fields_of_a_json_column_are_masked(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(Query("SELECT r", None, ["r"], [({"name": "dana", "password_hash": "argon"},)], 1, 0))
    recorder.step_ended(failed=True)
    assert "dana" in str(attached)
    assert "argon" not in str(attached)


def test_a_statement_without_rows_is_told_in_text(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(Query("DELETE FROM vods WHERE id = %(id)s", {"id": 7, "token": "abc"}, [], [], 1, 0.25))
    recorder.step_ended(failed=True)
    assert attached.drawn == {
        'DELETE FROM vods WHERE id = %(id)s {"id": 7, "token": "***"} – 1 row': (
            'DELETE FROM vods WHERE id = %(id)s\n-- parameters: {"id": 7, "token": "***"}\n-- 1 row in 0.250 s',
            "text/plain",
        )
    }


def test_rows_that_were_not_kept_are_counted(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(Query("SELECT n FROM t", None, ["n"], [(n,) for n in range(50)], 1200, 0.25))
    recorder.step_ended(failed=True)
    assert attached.body("SELECT n FROM t – 1200 rows").endswith(
        "-- 1200 rows in 0.250 s\n-- the first 50 rows are shown"
    )


def test_polls_that_saw_no_change_are_one(recorder: Recorder, attached: Attachments) -> None:
    polled = replace(LOGIN, method="GET", url="http://h/api/vod/7", status=200)
    for body in (b"pending", b"pending", b"pending", b"done"):
        recorder.exchange(replace(polled, response_body=body))
        recorder.command(replace(GET, answer=body))
    assert len(recorder.exchanges) == 4
    recorder.step_ended(failed=True)
    # With commands in between, the polls are not neighbours.
    assert [name for name in attached.drawn if name.endswith("times)")] == []
    attached.clear()
    for body in (b"pending", b"pending", b"pending", b"done"):
        recorder.exchange(replace(polled, response_body=body))
    recorder.step_ended(failed=True)
    assert list(attached.drawn) == ["GET /api/vod/7 answered 200 (3 times)", "GET /api/vod/7 answered 200"]


def test_a_failed_step_gets_a_digest_in_order_and_a_curl_line(recorder: Recorder, attached: Attachments) -> None:
    recorder.command(GET)
    recorder.exchange(LOGIN)
    recorder.query(COUNT)
    recorder.command(replace(GET, answer=SECRET))
    recorder.step_ended(failed=True)
    assert attached.body("What this step did").splitlines() == [
        "GET vod:1 → cached",
        "POST /api/auth/login?next=%2Fhome&token=*** answered 401, as Dana",
        "SELECT status FROM vods – 2 rows",
        "GET vod:1 → ***",
    ]
    assert attached.body("Ask again with curl").startswith("curl -i -X POST ")


def test_a_failed_step_that_did_nothing_gets_nothing(recorder: Recorder, attached: Attachments) -> None:
    recorder.step_ended(failed=True)
    assert not attached


def test_the_curl_line_asks_the_same_again_without_telling_secrets() -> None:
    body = b'{"name": "it\'s", "password": "guessed"}'
    line = curl(replace(LOGIN, request_body=body), Masker())
    assert '"Authorization: Bearer $TOKEN"' in line  # in double quotes: the shell puts the token in
    assert shlex.split(line) == [
        *("curl", "-i", "-X", "POST", "http://127.0.0.1:8000/api/auth/login?next=%2Fhome&token=***"),
        *("-H", "Content-Type: application/json", "-H", "Authorization: Bearer $TOKEN"),
        *("--data-binary", '{"name": "it\'s", "password": "***"}'),
    ]


def test_the_curl_line_is_safe_with_a_malformed_authorization() -> None:
    line = curl(replace(LOGIN, request_headers={"Authorization": "$(reboot) x"}, request_body=None), Masker())
    assert "'Authorization: $(reboot) ***'" in line


def test_the_curl_line_names_a_body_that_is_not_text() -> None:
    line = curl(replace(LOGIN, request_body=b"\xff" * 9), Masker())
    assert line.endswith("--data-binary @body  # a file of 9 bytes")


def test_the_last_failure_is_one_masked_line(recorder: Recorder) -> None:
    recorder.exchange(replace(LOGIN, status=200))
    assert recorder.last_failure is None
    recorder.query(replace(COUNT, error=f"no relation\n{SECRET}"))
    recorder.command(GET)
    assert recorder.last_failure == "SELECT status FROM vods – no relation ***"


def test_the_end_of_the_scenario_attaches_the_rest_and_forgets_it(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.scenario_ended(failed=False)
    assert attached.lines == ["POST /api/auth/login?next=%2Fhome&token=*** answered 401, as Dana"]
    assert list(attached) == [TRANSCRIPT]
    assert (recorder.exchanges, recorder.last_failure) == ((), None)


def test_the_transcript_tells_step_by_step_what_was_exchanged_masked(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.step_ended(False, "When Dana signs in")
    recorder.step_ended(False, "And nothing happens")
    recorder.query(Query("SELECT a|b FROM t", None, ["a|b", "password"], [("x|y", SECRET)], 1, 0.002))
    recorder.command(GET)
    recorder.step_ended(True, "Then it is there")
    recorder.scenario_ended(failed=True)
    page = attached.body(TRANSCRIPT)
    assert [line for line in page.splitlines() if line.startswith("##")] == [
        "## When Dana signs in",
        "## Then it is there",
    ]
    assert "```\nPOST http" in page
    assert "\n401 Unauthorized\n" in page
    assert "| a\\|b | password |\n| --- | --- |\n| x\\|y | *** |" in page
    assert "**GET vod:1 → cached**" in page
    assert SECRET not in page


def test_a_body_that_holds_a_fence_stays_within_its_own(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(replace(LOGIN, response_body=b"```` is a fence"))
    recorder.scenario_ended(failed=False)
    assert "`````\n401" in attached.body(TRANSCRIPT)


def test_without_allure_nothing_happens(recorder: Recorder) -> None:
    recorder.exchange(LOGIN)
    recorder.step_ended(failed=True)
