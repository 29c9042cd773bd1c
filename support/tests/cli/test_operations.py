"""`acceptance operations`: what is read from an OpenAPI document."""

import argparse

import pytest

from support.cli import operations
from support.cli.new import operation_steps
from support.cli.operations import operation_named, operations_of
from support.errors import EnvironmentFailed, ExitCode, UsageError

DOCUMENT = {
    "paths": {
        "/api/vod/{vod_id}": {
            "parameters": [{"name": "vod_id", "in": "path", "required": True, "schema": {"format": "uuid"}}],
            "put": {
                "description": "Change\n  some fields.",
                "security": [{"HTTPBearer": []}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Changes"}}}},
                "responses": {"404": {"description": "Not found."}, "200": {"description": "Changed"}, "403": {}},
            },
        },
        "/api/health": {"get": {"summary": "Health", "responses": {"200": {"description": "Healthy"}}}},
        "/api/queue": {"get": {"security": [{"HTTPBearer": []}], "x-roles": ["administrator"], "responses": {}}},
    },
    "components": {
        "schemas": {
            "Changes": {
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "maxLength": 255},
                    "status": {"anyOf": [{"$ref": "#/components/schemas/Status"}, {"type": "null"}]},
                    "shows": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                },
            },
            "Status": {"enum": ["pending", "failed"]},
        }
    },
}


def test_an_operation_is_shown_with_fields_access_and_responses() -> None:
    change, health, queue = operations_of(DOCUMENT)
    assert str(change).splitlines() == [
        "PUT /api/vod/{vod_id}",
        "    Change some fields.",
        "    Access: signed-in users, some roles (others get 403)",
        "    vod_id                   path   uuid, required",
        "    title                    body   text, at most 255 characters, required",
        "    status                   body   pending | failed or null",
        "    shows                    body   list of integer, at least 1",
        "    200  Changed",
        "    403  ",
        "    404  Not found.",
    ]
    assert (health.access, queue.access) == ("without sign-in", "administrator")
    assert (change.success, queue.success) == ("200", "200")


def test_an_unknown_operation_is_rejected_with_a_suggestion() -> None:
    known = list(operations_of(DOCUMENT))
    assert operation_named("GET /api/health", known).method == "GET"
    with pytest.raises(UsageError, match=r'unknown operation "GET /api/helth"\. Did you mean GET /api/health\?'):
        operation_named("GET /api/helth", known)


def test_words_filter_the_operations(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(operations, "load_operations", lambda target: list(operations_of(DOCUMENT)))
    assert operations.work(argparse.Namespace(words=["CHANGE", "vod"], target=None)) == ExitCode.PASSED
    assert capsys.readouterr().out.startswith("PUT /api/vod/{vod_id}\n")
    with pytest.raises(UsageError, match="No operation contains bicycle"):
        operations.work(argparse.Namespace(words=["bicycle"], target=None))


def test_a_document_without_paths_is_rejected() -> None:
    with pytest.raises(EnvironmentFailed, match="has no paths"):
        list(operations_of({}))


def test_a_new_feature_starts_from_an_operation() -> None:
    change, health, _ = operations_of(DOCUMENT)
    assert [line.strip() for line in operation_steps(change).splitlines()] == [
        "Given Dana is signed in",
        "When she sends PUT /api/vod/{a uuid} with",
        "| field | value |",
        "| title | {a unique title} |",
        "| status | pending |",
        "| shows | null |",
        "Then the response is 404",
    ]
    assert operation_steps(health).splitlines()[1:] == [
        "      When she sends GET /api/health",
        "      Then the response is 200",
    ]
