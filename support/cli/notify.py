"""`acceptance notify`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from support.errors import ExitCode, ReportError, UsageError
from support.report import manifest as manifests
from support.report.notification import Format, payload, send

REPORTS = Path("reports")
URL_VARIABLE = "ACCEPTANCE_WEBHOOK_URL"


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "folders", nargs="*", type=Path, default=[REPORTS], metavar="DIR", help=f"folder of a run ({REPORTS})"
    )
    parser.add_argument(
        "--url-env", default=URL_VARIABLE, metavar="NAME", help="environment variable with the URL (%(default)s)"
    )
    parser.add_argument("--format", choices=[str(one) for one in Format], help="message format (from the host)")
    parser.add_argument("--report-url", default="", metavar="URL", help="where the report is published")
    parser.set_defaults(work=work)


def work(options: argparse.Namespace) -> int:
    """Post the summary of a run, or of its shards, to a webhook."""
    url = os.environ.get(options.url_env, "")
    if not url.startswith(("https://", "http://")):
        problem = "is not set" if not url else "is not a URL with https://"
        raise UsageError(f"The environment variable {options.url_env} {problem}. It contains the URL of the webhook.")
    try:
        manifest = manifests.merged([(folder, manifests.read(folder)) for folder in options.folders])
    except manifests.ManifestError as error:
        raise ReportError(str(error)) from error
    format = Format(options.format) if options.format else Format.of_url(url)
    send(url, payload(manifest, format, options.report_url))
    print(f"Sent as {format}.")
    return ExitCode.PASSED
