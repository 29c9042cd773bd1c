"""The client of the record service.

    GET /records/A-1    200 {"id": "A-1", "text": "...", "category": "letters"}

One call with one time limit for the complete response; retries are those of the queue. ``traceparent`` continues the
trace of the submission, ``X-Correlation-ID`` is the id of the job.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import requests
from pydantic import BaseModel, Field, ValidationError

from support.reference.jobs.states import TaskFailed
from support.reference.partners import PartnerSession
from support.reference.schemas import Text

_LARGEST_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_LONGEST_WAIT_SECONDS = 60.0
_UNREADABLE = "the record service returned an unreadable response"
_UNAVAILABLE = "the record service is unavailable"


class ServedRecord(BaseModel):
    """A record as the record service returns it."""

    id: Annotated[str, Field(strict=True)]
    text: Annotated[Text, Field(strict=True)]
    category: Annotated[Text, Field(strict=True, min_length=1)] | None = None


class RecordService:
    """The record service at an address, with a time limit in seconds."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    def read(self, external_id: str, *, trace_id: str, job_id: UUID) -> ServedRecord:
        """Return a record. Raises TaskFailed with the kind of the failure."""
        status, headers, body = self._get(external_id, trace_id, job_id)
        if status != HTTPStatus.OK:
            raise _failure(status, headers)
        try:
            record = ServedRecord.model_validate_json(body)
        except ValidationError:
            raise TaskFailed("permanent.unreadable", _UNREADABLE) from None
        if record.id != external_id:
            raise TaskFailed("permanent.unreadable", _UNREADABLE)
        return record

    def _get(
        self, external_id: str, trace_id: str, job_id: UUID
    ) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        headers = {
            "traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01",
            "X-Correlation-ID": str(job_id),
            "Accept": "application/json",
        }
        with PartnerSession(self._timeout) as http:
            try:
                response = http.get(
                    f"{self._url}/records/{quote(external_id, safe='')}",
                    headers=headers,
                    allow_redirects=False,
                    stream=True,
                )
                return response.status_code, response.headers, _content(response)
            except requests.Timeout:
                raise TaskFailed("transient.timeout", "the record service did not respond in time") from None
            except requests.ConnectionError as error:
                if "timed out" in str(error).lower() or "in time" in str(error):  # in the middle of the body
                    raise TaskFailed("transient.timeout", "the record service did not respond in time") from None
                raise TaskFailed("transient.unavailable", _UNAVAILABLE) from None
            except requests.exceptions.ContentDecodingError:
                raise TaskFailed("permanent.unreadable", _UNREADABLE) from None
            except requests.RequestException:
                raise TaskFailed("transient.unavailable", _UNAVAILABLE) from None


def _content(response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        content += chunk
        if len(content) > _LARGEST_BYTES:
            raise TaskFailed("permanent.unreadable", _UNREADABLE)
    return bytes(content)


def _failure(status: int, headers: requests.structures.CaseInsensitiveDict[str]) -> TaskFailed:
    message = f"the record service responded with {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TaskFailed("transient.busy", message, wait_seconds=_retry_after(headers.get("Retry-After", "")))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TaskFailed("transient.error", message)
    if status == HTTPStatus.NOT_FOUND:
        return TaskFailed("permanent.not_found", message)
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        return TaskFailed("permanent.rejected", message)
    return TaskFailed("permanent.unreadable", _UNREADABLE)


def _retry_after(value: str) -> float:
    """Return the requested wait in seconds, up to 60; 0 for a value that is neither seconds nor a date."""
    if value.isascii() and value.isdecimal():
        return min(float(value), _LONGEST_WAIT_SECONDS)
    try:
        wait = (parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS)
