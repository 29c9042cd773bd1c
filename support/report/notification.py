"""Payloads for chat webhooks: the summary of a run for Slack, Teams, or any receiver of JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests

from support.errors import EnvironmentFailed
from support.report.causes import grouped
from support.report.manifest import Manifest
from support.report.summary import facts
from support.report.verdict import decide, failed, inconclusive, scenarios

TIMEOUT = 10.0  # seconds
_MOST = 5  # failures in a message
_LONGEST = 300  # characters of a failure message


class Format(StrEnum):
    """The receivers of a message."""

    SLACK = "slack"
    TEAMS = "teams"
    JSON = "json"

    @classmethod
    def of_url(cls, url: str) -> Format:
        """Return the format for a webhook: Slack and Teams by their hosts, JSON for others."""
        host = urlsplit(url).hostname or ""
        if host.endswith("slack.com"):
            return cls.SLACK
        return cls.TEAMS if host.endswith(("webhook.office.com", "logic.azure.com", "powerplatform.com")) else cls.JSON


def payload(manifest: Manifest, format: Format, report_url: str = "") -> Mapping[str, Any]:
    """Return the message about a run; `report_url` is where the report is published, if anywhere."""
    match format:
        case Format.SLACK:
            return _slack(manifest, report_url)
        case Format.TEAMS:
            return _teams(manifest, report_url)
        case Format.JSON:
            return _json(manifest, report_url)


def send(url: str, message: Mapping[str, Any]) -> None:
    """Post a message to a webhook. Raises EnvironmentFailed, which does not contain the URL: it is a secret."""
    host = urlsplit(url).hostname or "the webhook"
    try:
        response = requests.post(url, json=message, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise EnvironmentFailed(f"webhook at {host}: no response ({type(error).__name__}). Check its URL.") from None
    if not response.ok:
        text = response.text.strip().partition("\n")[0][:200]
        raise EnvironmentFailed(f"webhook at {host}: expected 200, got {response.status_code} ({text or 'no text'})")


def _slack(manifest: Manifest, report_url: str) -> dict[str, Any]:
    lines = "\n".join(f"• {_slack_escaped(line)}" for line in _failures(manifest))
    details = " · ".join(f"{name}: *{_slack_escaped(value)}*" for name, value in facts(manifest))
    link = [f"<{report_url}|Report>"] if report_url else []
    texts = [f"*{_slack_escaped(decide(manifest).headline)}*", details, *filter(None, [lines]), *link]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}} for text in texts]
    return {"text": decide(manifest).headline, "blocks": blocks}


def _teams(manifest: Manifest, report_url: str) -> dict[str, Any]:
    decision = decide(manifest)
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "size": "Large", "weight": "Bolder", "text": str(decision.verdict), "wrap": True},
        {"type": "TextBlock", "text": _teams_escaped(f"{decision.reason}. {decision.rule}"), "wrap": True},
        {"type": "FactSet", "facts": [{"title": name, "value": value} for name, value in facts(manifest)]},
        *({"type": "TextBlock", "text": f"- {_teams_escaped(line)}", "wrap": True} for line in _failures(manifest)),
    ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if report_url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Report", "url": report_url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _json(manifest: Manifest, report_url: str) -> dict[str, Any]:
    decision = decide(manifest)
    counted = Counter(str(entry.status) for entry in manifest.scenarios)
    return {
        "verdict": str(decision.verdict),
        "reason": decision.reason,
        "exit_code": int(decision.exit_code),
        "target": manifest.target,
        "product": manifest.product,
        "version": manifest.version,
        "commit": manifest.commit,
        "started": manifest.started.isoformat(),
        "seconds": manifest.seconds,
        "scenarios": {"total": len(manifest.scenarios), **counted},
        "failures": [
            {"title": entry.title, "location": entry.location, "message": entry.first_line, "cause": str(entry.cause)}
            for entry in (*failed(manifest), *inconclusive(manifest))
        ],
        "errors": list(manifest.errors),
        "report": report_url,
    }


def _failures(manifest: Manifest) -> list[str]:
    """Return a line for each cause of failures, and for errors outside scenarios."""
    groups = grouped([*failed(manifest), *inconclusive(manifest)])
    lines = [
        f"{first.title}: {first.first_line[:_LONGEST]}"
        + (f" (and {scenarios(len(others))} with the same cause)" if others else "")
        for first, *others in groups
    ]
    lines += [error[:_LONGEST] for error in manifest.errors]
    return lines if len(lines) <= _MOST else [*lines[:_MOST], f"… and {len(lines) - _MOST} more"]


def _slack_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams_escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_[]#" else letter for letter in text)
