"""Logging: one line for each event, in UTC, with the id of the request."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from support.reference.errors import request_id

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s [%(request_id)s] %(message)s"
# They log routine events at this level.
_QUIET = ("alembic", "procrastinate.periodic", "procrastinate.jobs", "uvicorn", "psycopg.pool")


def configure(log_dir: Path | None, name: str) -> None:
    """Log to ``<log_dir>/<name>.log``, or to stderr without a directory.

    Replaces an earlier configuration.
    """
    handler = logging.StreamHandler(sys.stderr) if log_dir is None else logging.FileHandler(log_dir / f"{name}.log")
    formatter = logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(_add_request_id)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for quiet in _QUIET:
        logging.getLogger(quiet).setLevel(logging.WARNING)


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True
