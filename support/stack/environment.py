"""The environment of every process that a run starts, and of the run itself: independent of the user's shell."""

from __future__ import annotations

import os
import resource
import warnings
from collections.abc import Mapping
from pathlib import Path

INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "USER", "LOGNAME")
"""Variables that programs need to be found and loaded. No other variable of the shell reaches a server."""

UMASK = 0o022

LIBPQ = (
    *("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE"),
    *("PGSERVICEFILE", "PGSYSCONFDIR", "PGLOCALEDIR", "PGOPTIONS", "PGAPPNAME", "PGCLIENTENCODING", "PGDATESTYLE"),
    *("PGTZ", "PGGEQO", "PGREQUIRESSL", "PGREQUIREAUTH", "PGREQUIREPEER", "PGCHANNELBINDING", "PGSSLMODE"),
    *("PGSSLCOMPRESSION", "PGSSLCERT", "PGSSLKEY", "PGSSLCERTMODE", "PGSSLROOTCERT", "PGSSLCRL", "PGSSLCRLDIR"),
    *("PGSSLSNI", "PGSSLNEGOTIATION", "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGKRBSRVNAME"),
    *("PGGSSENCMODE", "PGGSSLIB", "PGGSSDELEGATION", "PGCONNECT_TIMEOUT", "PGTARGETSESSIONATTRS"),
    *("PGLOADBALANCEHOSTS", "PGMINPROTOCOLVERSION", "PGMAXPROTOCOLVERSION"),
)
"""The variables that libpq reads when a connection is opened."""


def process_environment(home: Path, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the complete environment of a process.

    `home` is its home and temporary folder, so that it reads no dot files of the user; `variables` are its settings.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    fixed = {"HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC"}
    return {**inherited, **fixed, **(variables or {})}


def isolate() -> None:
    """Make this process independent of the shell: libpq variables, warning filters, umask and the limit of files."""
    for name in LIBPQ:
        os.environ.pop(name, None)
    if os.environ.pop("PYTHONWARNINGS", None) is not None:
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    os.umask(UMASK)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 1024 and (hard == resource.RLIM_INFINITY or hard > soft):
        limit = 1024 if hard == resource.RLIM_INFINITY else min(1024, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
