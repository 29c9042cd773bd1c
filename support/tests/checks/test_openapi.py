"""Answers are compared with the platform's document; what was never seen is told."""

import json
from typing import Any

import pytest

from support.checks.openapi import ApiDocument

JSON = {"Content-Type": "application/json"}
ID = "7f3a1200-0000-4000-8000-000000000000"


def content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


@pytest.fixture
def document() -> ApiDocument:
    vod = {
        "type": "object",
        "required": ["id", "at"],
        "properties": {"id": {"type": "string", "format": "uuid"}, "at": {"type": "string", "format": "date-time"}},
    }
    reference = {"$ref": "#/components/schemas/Vod"}
    error = content({"type": "object", "required": ["error"]})
    return ApiDocument(
        {
            "openapi": "3.1.0",
            "info": {"title": "A platform"},
            "paths": {
                "/vod/{vod_id}": {
                    "get": {"responses": {"200": content(reference), "404": error, "500": error}},
                    "delete": {"responses": {"204": {}, "500": error}},
                },
                "/vod/list": {"get": {"responses": {"200": content({"type": "array"}), "500": error}}},
            },
            "components": {"schemas": {"Vod": vod}},
        }
    )


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def test_an_answer_as_described_has_no_differences_and_is_noted(document: ApiDocument) -> None:
    answer = body({"id": ID, "at": "2026-11-20T06:00:00.5Z"})
    assert document.difference("GET", f"/vod/{ID}", 200, JSON, answer) is None
    assert document.observed == {("GET /vod/{vod_id}", "200")}
    assert document.compared == 1


def test_a_path_without_a_variable_is_found_before_one_that_could_mean_the_same(document: ApiDocument) -> None:
    assert document.difference("GET", "/vod/list", 200, JSON, b"[]") is None
    assert document.observed == {("GET /vod/list", "200")}


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "answer", "told"),
    [
        ("GET", f"/vod/{ID}", 200, JSON, {"id": ID}, "the response must contain ['at']"),
        ("GET", f"/vod/{ID}", 200, JSON, {"id": "7", "at": "2026-11-20T06:00:00Z"}, "the response.id must be uuid"),
        (
            "GET",
            f"/vod/{ID}",
            200,
            JSON,
            {"id": ID, "at": "2026-11-20T06:00:00+01:00"},
            "the response.at must be date-time",
        ),
        ("GET", f"/vod/{ID}", 409, JSON, {}, "has no response 409 for GET /vod/{vod_id}"),
        ("GET", "/nothing", 200, JSON, {}, "has no operation GET /nothing"),
        (
            "GET",
            "/vod/list",
            200,
            {"Content-Type": "text/html"},
            [],
            "media type: expected application/json, got text/html",
        ),
        ("GET", "/vod/list", 200, {}, [], "got none"),
        ("DELETE", f"/vod/{ID}", 204, JSON, {}, "has no content for DELETE /vod/{vod_id} 204"),
    ],
)
def test_each_difference_is_told(
    document: ApiDocument, method: str, path: str, status: int, headers: dict[str, str], answer: object, told: str
) -> None:
    assert told in str(document.difference(method, path, status, headers, body(answer)))


def test_what_is_no_json_is_told(document: ApiDocument) -> None:
    assert "content: " in str(document.difference("GET", "/vod/list", 200, JSON, b"<html>"))


@pytest.mark.parametrize("status", [404, 405])
def test_what_is_not_described_must_be_refused(document: ApiDocument, status: int) -> None:
    assert document.difference("PATCH", "/vod/list", status, JSON, b"{}") is None


def test_a_complete_document_has_no_faults(document: ApiDocument) -> None:
    assert document.find_problems() == []


def test_a_fixed_path_is_not_an_id_of_the_path_beside_it() -> None:
    responses: dict[str, Any] = {"responses": {"200": {}}}
    paths = {"/vod/list": {"get": responses}, "/vod/{vod_id}": {"delete": responses}}
    document = ApiDocument({"paths": paths})
    assert document.operation("DELETE", "/vod/list") is None
    assert document.operation("DELETE", "/vod/7") is not None


def test_unknown_keywords_are_faults_of_the_document() -> None:
    """Pydantic writes its own constraints where it cannot translate them."""
    schemas = {"Position": {"properties": {"price": {"anyOf": [{"type": "string", "max_digits": 15}]}}}}
    parameters = [{"name": "limit", "schema": {"type": "integer", "ge": 1}}]
    content = {
        "paths": {"/x": {"get": {"parameters": parameters, "responses": {}}}},
        "components": {"schemas": schemas},
    }
    faults = ApiDocument(content).find_problems()
    assert "Position.price has the unknown keyword max_digits" in faults
    assert "GET /x limit has the unknown keyword ge" in faults


def test_faults_of_the_document_are_told() -> None:
    schemas: dict[str, Any] = {"schemas": {"app__routes__Vod": {}}}
    found = ApiDocument({"paths": {"/x": {"get": {"responses": {"404": {}}}}}, "components": schemas}).find_problems()
    assert found == [
        "it has no OpenAPI version 3",
        "it has no title",
        "the schema app__routes__Vod is named after a module",
        "GET /x has no successful response",
        "GET /x has no response 500",
    ]
