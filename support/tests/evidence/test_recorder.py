import csv
import io
import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import allure_commons
import pytest

from support.evidence.masking import Masker
from support.evidence.recorder import BODY_LIMIT, TRANSCRIPT, Command, Exchange, PartnerCall, Query, Recorder, Wait
from support.evidence.rendering import Line
from support.evidence.replay import curl

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
    def start_step(self, uuid: str, title: str, params: object) -> None:
        self.lines.append(re.sub(r" in \d+ ms$", "", title))

    @allure_commons.hookimpl
    def forward_line(self, line: Line) -> None:
        self.lines.append(line.text)

    def body(self, name: str) -> str:
        return str(self[name][0])

    @property
    def drawn(self) -> dict[str, tuple[Any, str]]:
        """What hangs on the lines of a failed step, without what the step itself gets."""
        return {name: what for name, what in self.items() if name in ("request and response", "rows", "statement")}


@pytest.fixture
def attached() -> Iterator[Attachments]:
    attachments = Attachments()
    allure_commons.plugin_manager.register(attachments)
    yield attachments
    allure_commons.plugin_manager.unregister(attachments)


@pytest.fixture
def masker() -> Masker:
    masker = Masker()
    masker.add(SECRET)
    return masker


@pytest.fixture
def recorder(masker: Masker) -> Recorder:
    return Recorder(masker)


def test_nothing_is_told_before_the_step_ends(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.query(COUNT)
    recorder.command(GET)
    recorder.attach("captions", "Scenarist_SCC V1.0", "text/plain")
    assert not attached and not attached.lines
    recorder.step_ended(failed=True)
    assert attached.lines == [
        "All exchanges of this step (3)",
        "POST /api/auth/login?next=%2Fhome&token=*** → 401, as Dana",
        "SELECT status FROM vods – 2 rows",
        "GET vod:1 → cached",
    ]
    assert list(attached.drawn) == ["request and response", "rows"]
    assert list(attached)[-1] == "captions"


def test_a_step_that_passed_gets_a_line_for_each_and_the_files_it_asked_for(
    recorder: Recorder, attached: Attachments
) -> None:
    recorder.exchange(LOGIN)
    recorder.query(COUNT)
    recorder.command(GET)
    recorder.attach("captions", "Scenarist_SCC V1.0", "text/plain")
    recorder.step_ended(failed=False)
    assert attached.lines == [
        "POST /api/auth/login?next=%2Fhome&token=*** → 401, as Dana",
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
    body = attached.body("request and response")
    assert attached.lines[-1] == "POST /api/auth/login?next=%2Fhome&token=*** → no response: refused by ***, as Dana"
    assert json.loads(body)["error"] == {"name": "No response", "message": "refused by ***"}
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
    assert json.loads(body)["response"]["body"]["value"] == "[3 bytes of binary data]"


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


def test_a_statement_without_rows_is_told_by_its_line(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(Query("DELETE FROM vods WHERE id = %(id)s", {"id": 7, "token": "abc"}, [], [], 1, 0.25))
    recorder.step_ended(failed=True)
    assert attached.lines[1:] == ['DELETE FROM vods WHERE id = %(id)s {"id": 7, "token": "***"} – 1 row']
    assert not attached


def test_rows_that_were_not_kept_are_counted(recorder: Recorder, attached: Attachments) -> None:
    recorder.query(Query("SELECT n FROM t", None, ["n"], [(n,) for n in range(50)], 1200, 0.25))
    recorder.step_ended(failed=True)
    assert attached.body("statement").endswith("-- 1200 rows in 0.250 s\n-- the first 50 rows are shown")
    assert attached.body("Omitted evidence") == "SELECT n FROM t – 1200 rows: only the first 50 rows are shown."


def test_polls_that_saw_no_change_are_one(recorder: Recorder, attached: Attachments) -> None:
    polled = replace(LOGIN, method="GET", url="http://h/api/vod/7", status=200)
    for body in (b"pending", b"pending", b"pending", b"done"):
        recorder.exchange(replace(polled, response_body=body))
        recorder.command(replace(GET, answer=body))
    assert len(recorder.exchanges) == 4
    recorder.step_ended(failed=True)
    # With commands in between, the polls are not neighbours.
    assert [line for line in attached.lines if line.endswith("times)")] == []
    attached.lines.clear()
    for body in (b"pending", b"pending", b"pending", b"done"):
        recorder.exchange(replace(polled, response_body=body))
    recorder.step_ended(failed=True)
    told = ["GET /api/vod/7 → 200, as Dana (3 times)", "GET /api/vod/7 → 200, as Dana"]
    assert attached.lines[1:] == told


def test_a_failed_step_says_where_it_went_wrong(masker: Masker, attached: Attachments) -> None:
    recorder = Recorder(masker, lambda request_id: f"api.log: [{request_id}] the index is gone, {SECRET}")
    broken = replace(LOGIN, status=500, response_headers={"X-Request-ID": "abc7"}, response_body=b"{}")
    recorder.exchange(replace(LOGIN, status=200))
    recorder.exchange(broken)
    recorder.exchange(replace(LOGIN, status=503))
    recorder.step_ended(failed=True, title="Then it is there", omissions=["check of database"])
    name = "First failed exchange: POST /api/auth/login?next=%2Fhome&token=*** → 500"
    assert list(attached)[-4:] == [
        name,
        "Repeat with curl",
        "Platform log of this request",
        "Omitted evidence",
    ]
    assert json.loads(attached.body(name))["response"]["status"] == 500
    assert attached.body("Repeat with curl").startswith("curl -i -X POST ")
    assert attached.body("Platform log of this request") == "api.log: [abc7] the index is gone, ***"
    assert attached.body("Omitted evidence") == "check of database"


def test_a_check_that_failed_shows_the_answer_that_it_looked_at(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(replace(LOGIN, status=200))
    recorder.exchange(replace(LOGIN, status=422, response_headers={"x-request-id": "abc7"}))
    recorder.step_ended(False, "When Dana signs in")
    recorder.query(COUNT)
    recorder.step_ended(True, "Then she is told why")
    [name] = [name for name in attached if "→ 422" in name]
    assert name.startswith("Last exchange before the failure: POST ")
    assert name.endswith(" (in: When Dana signs in)")
    assert attached.body("Platform log of this request").endswith("Its request id: abc7")


def test_without_an_answer_there_is_no_request_to_look_for(recorder: Recorder, attached: Attachments) -> None:
    silent = replace(LOGIN, status=None, response_headers={}, response_body=None, error="the connection was refused")
    recorder.exchange(silent)
    recorder.step_ended(failed=True)
    assert attached.body("Platform log of this request").startswith("No response contains the request id.")


STACK = """2026-03-02 10:00:00 ERROR abc7 request failed
Traceback (most recent call last):
  File "service.py", line 4, in store
    session.execute(statement)
psycopg.errors.UndefinedTable: relation "vods" does not exist
"""


class TestCauseOfAFailure:
    FAILED = replace(LOGIN, status=500, response_headers={"x-request-id": "abc7"})

    def recorder(self, log: str) -> Recorder:
        return Recorder(Masker(), lambda request_id: log if request_id == "abc7" else "")

    def test_the_error_in_the_log_explains_a_500(self) -> None:
        recorder = self.recorder(STACK)
        recorder.exchange(self.FAILED)
        expected = 'platform log: psycopg.errors.UndefinedTable: relation "vods" does not exist'
        assert recorder.cause_of_failure() == expected

    def test_it_is_found_in_an_earlier_step(self) -> None:
        recorder = self.recorder(STACK)
        recorder.exchange(self.FAILED)
        recorder.step_ended(False, "When Dana signs in")
        assert "UndefinedTable" in recorder.cause_of_failure()

    def test_a_rejection_is_not_explained_by_the_log(self) -> None:
        recorder = self.recorder(STACK)
        recorder.exchange(replace(self.FAILED, status=422))
        assert recorder.cause_of_failure() == ""

    def test_without_a_log_there_is_no_cause(self) -> None:
        recorder = self.recorder("")
        recorder.exchange(self.FAILED)
        assert recorder.cause_of_failure() == ""


def test_only_the_first_failure_of_a_scenario_is_explained(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.step_ended(failed=True)
    attached.clear()
    recorder.scenario_ended(failed=True)
    assert "Repeat with curl" not in attached


def test_what_a_partner_was_asked_is_told_but_is_not_the_platforms_answer(
    recorder: Recorder, attached: Attachments
) -> None:
    recorder.partner_call(PartnerCall(**{**vars(LOGIN), "partner": "Cablecast", "actor": None}))
    recorder.step_ended(failed=True)
    assert attached.lines[-1] == "Cablecast received POST /api/auth/login?next=%2Fhome&token=*** → 401"
    assert recorder.exchanges == ()
    assert "Repeat with curl" not in attached


def test_a_wait_is_one_line_and_a_table(recorder: Recorder, attached: Attachments) -> None:
    recorder.wait(Wait('VOD "City Council"', [(0.0, "pending"), (0.412, f"done, {SECRET}")], 0.42))
    recorder.step_ended(False, "Then it is done")
    assert attached.lines == ['waited 0.4 s for VOD "City Council": done, *** (0.4 s); before: pending (0.0 s)']
    recorder.scenario_ended(failed=False)
    assert "| after | value |\n| --- | --- |\n| 0.00 s | pending |\n| 0.41 s | done, *** |" in attached.body(TRANSCRIPT)


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


def test_the_end_of_the_scenario_attaches_the_rest_and_forgets_it(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(LOGIN)
    recorder.scenario_ended(failed=False)
    assert attached.lines == ["POST /api/auth/login?next=%2Fhome&token=*** → 401, as Dana"]
    assert list(attached) == [TRANSCRIPT]
    assert recorder.exchanges == ()


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


def test_headers_that_all_have_stand_in_the_transcript_once(recorder: Recorder, attached: Attachments) -> None:
    shared = {"x-frame-options": "DENY"}
    recorder.exchange(replace(LOGIN, response_headers={**shared, "retry-after": "3"}))
    recorder.exchange(replace(LOGIN, method="PUT", response_headers={**shared, "date": "today"}))
    recorder.scenario_ended(failed=False)
    page = attached.body(TRANSCRIPT)
    assert page.count("x-frame-options: DENY") == page.count("Authorization: Bearer ***") == 1
    assert "## Headers of every request" in page and "## Headers of every response" in page
    assert "401 Unauthorized\nretry-after: 3" in page
    assert "today" not in page


def test_the_transcript_cuts_what_is_long_and_says_so(recorder: Recorder, attached: Attachments) -> None:
    recorder.exchange(replace(LOGIN, response_body=b"x" * 5000, response_headers={}))
    recorder.query(Query("SELECT n FROM t", None, ["n"], [(n,) for n in range(50)], 1200, 0.25))
    recorder.scenario_ended(failed=False)
    page = attached.body(TRANSCRIPT)
    assert "x" * 2048 + "\n[cut: the first 2048 characters of 5000 bytes]" in page
    assert "| 9 |\n\nFirst 10 of 1200 rows." in page


def test_the_transcript_shows_what_a_line_had_to_cut(recorder: Recorder, attached: Attachments) -> None:
    recorder.command(replace(GET, answer="y" * 400))
    recorder.scenario_ended(failed=False)
    assert "```\n" + "y" * 400 + "\n```" in attached.body(TRANSCRIPT)


def test_without_allure_everything_is_recorded_all_the_same(recorder: Recorder) -> None:
    assert allure_commons.plugin_manager.get_plugins() == set()
    recorder.exchange(LOGIN)
    recorder.step_ended(failed=True)
    assert recorder.exchanges == (LOGIN,)
