"""Messages for chat webhooks, sent to a real server."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli.main import main
from support.errors import ExitCode
from support.partners.server import PartnerServer
from support.report.manifest import Manifest, Status
from support.report.notification import Format, payload
from support.tests.generated_run import entry, manifest

FAILURES = [entry(1), *(entry(n, Status.FAILED, title=f"<A> & *B* {n}", message=f"cause {n:c}") for n in range(65, 72))]


def run() -> Manifest:
    return manifest(FAILURES, product="Archivist", version="4.2.1", errors=("The teardown of the run failed: OSError",))


@pytest.mark.parametrize(
    ("url", "format"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", Format.SLACK),
        ("https://example.webhook.office.com/webhookb2/x", Format.TEAMS),
        ("https://prod-1.westeurope.logic.azure.com/workflows/x", Format.TEAMS),
        ("https://notslack.example/hook", Format.JSON),
    ],
)
def test_the_format_follows_the_host(url: str, format: Format) -> None:
    assert Format.of_url(url) is format


def test_a_slack_message_is_escaped_and_cut() -> None:
    message = payload(run(), Format.SLACK, "https://ci.example/report.html")
    assert message["text"] == "Not ready: 7 of 8 scenarios failed"
    text = "\n".join(block["text"]["text"] for block in message["blocks"])
    assert "Product: *Archivist 4.2.1*" in text
    assert "• &lt;A&gt; &amp; *B* 65: cause A" in text
    assert "• … and 3 more" in text
    assert "<https://ci.example/report.html|Report>" in text


def test_a_teams_message_is_an_adaptive_card() -> None:
    [attachment] = payload(run(), Format.TEAMS, "https://ci.example/report.html")["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert card["body"][0]["text"] == "Not ready"
    assert {"title": "Product", "value": "Archivist 4.2.1"} in card["body"][2]["facts"]
    assert card["actions"][0]["url"] == "https://ci.example/report.html"


def test_a_json_message_has_all_failures_and_errors() -> None:
    message = payload(run(), Format.JSON)
    assert (message["verdict"], message["exit_code"], message["version"]) == ("Not ready", 1, "4.2.1")
    assert message["scenarios"] == {"total": 8, "passed": 1, "failed": 7}
    assert len(message["failures"]) == 7
    assert message["errors"] == ["The teardown of the run failed: OSError"]


class TestCommand:
    @pytest.fixture
    def reports(self, tmp_path: Path) -> Path:
        run().write(tmp_path)
        return tmp_path

    def test_it_posts_to_the_webhook(self, reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with PartnerServer("A chat") as server:
            server.register("POST", "/hook", json={})
            monkeypatch.setenv("ACCEPTANCE_WEBHOOK_URL", f"{server.url}/hook")
            assert main(["notify", str(reports)]) == ExitCode.PASSED
            [request] = server.received()
        body: dict[str, Any] = json.loads(request.body or b"")
        assert body["verdict"] == "Not ready"

    def test_a_rejection_is_reported_without_the_url(
        self, reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with PartnerServer("A chat") as server:
            server.register("POST", "/secret-path", status=403, body="invalid_token")
            monkeypatch.setenv("ACCEPTANCE_WEBHOOK_URL", f"{server.url}/secret-path")
            assert main(["notify", str(reports)]) == ExitCode.ENVIRONMENT
        errors = capsys.readouterr().err
        assert "expected 200, got 403 (invalid_token)" in errors
        assert "secret-path" not in errors

    def test_an_unreachable_webhook_is_reported_without_the_url(
        self, reports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ACCEPTANCE_WEBHOOK_URL", "http://127.0.0.1:9/secret-path")
        assert main(["notify", str(reports)]) == ExitCode.ENVIRONMENT
        errors = capsys.readouterr().err
        assert "no response (ConnectionError)" in errors
        assert "secret-path" not in errors

    @pytest.mark.parametrize(("url", "problem"), [("", "is not set"), ("hooks.example", "is not a URL")])
    def test_a_missing_or_invalid_url_is_a_usage_error(
        self,
        reports: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        url: str,
        problem: str,
    ) -> None:
        monkeypatch.setenv("ACCEPTANCE_WEBHOOK_URL", url)
        assert main(["notify", str(reports)]) == ExitCode.USAGE
        assert f"ACCEPTANCE_WEBHOOK_URL {problem}" in capsys.readouterr().err
