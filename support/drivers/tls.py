"""TLS of a target: trusted authorities, and messages for connections that fail."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import requests

UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes for a certificate of an unknown authority; other codes mean an invalid certificate."""


def open_session(trusted: str | bool) -> requests.Session:
    """Return a session that ignores the proxies, .netrc and variables of this machine.

    `trusted` is the file of the trusted authorities; True for those of the system.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = trusted
    return session


def describe_tls_error(error: requests.exceptions.SSLError) -> str:
    """Return why no secure connection was made, and what to do about an unknown authority."""
    cause: BaseException = error
    while isinstance(inner := getattr(cause, "reason", None) or next(iter(cause.args), None), BaseException):
        cause = inner
    if not isinstance(cause, ssl.SSLCertVerificationError):
        plain = "WRONG_VERSION_NUMBER" in str(cause) or "record layer failure" in str(cause).lower()
        hint = ": the server speaks plain HTTP at this port, write http:// in the address" if plain else f": {cause}"
        return f"no secure connection was made{hint}"
    message = f"the platform's certificate is not trusted: {cause.verify_message}"
    if cause.verify_code in UNKNOWN_AUTHORITY:
        message += "; for an authority of your own, name its certificate file in the target file: [api] ca_file"
    return message


def describe_scheme(url: str, timeout: float) -> str:
    """Return a hint where an http:// address belongs to a server that speaks TLS; empty otherwise.

    Such a server closes the connection of a plain request. `timeout` is in seconds.
    """
    address = urlsplit(url)
    if address.scheme != "http" or not speaks_tls(address.hostname or "", address.port or 80, timeout):
        return ""
    return ": the server speaks TLS at this port, write https:// in the address"


def speaks_tls(host: str, port: int, timeout: float) -> bool:
    """Whether a server answers a TLS handshake, whatever its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.settimeout(timeout)
            with context.wrap_socket(connection):
                return True
    except ssl.SSLError as error:
        # An alert is an answer in TLS, such as a demand for a client certificate.
        return "ALERT" in str(error).upper()
    except (OSError, ValueError):
        return False
