"""Whose word is taken for who the platform is, and what is said where it is not."""

from __future__ import annotations

import ssl

import requests

AUTHORITY_UNKNOWN = frozenset({2, 18, 19, 20, 21})
"""What OpenSSL calls a certificate that nobody known has signed; other numbers say that the certificate is wrong."""


def open_session(trusted: str | bool) -> requests.Session:
    """Return a session for this target: proxies, .netrc and variables of this machine have no say in what is tested.

    `trusted` is the file of the authorities that are believed; True for those that everybody knows.
    """
    session = requests.Session()
    session.trust_env = False
    session.verify = trusted
    return session


def distrust(error: requests.exceptions.SSLError) -> str:
    """Return why no secure connection was made, and what to do where nobody known has signed the certificate."""
    cause: BaseException = error
    while isinstance(inner := getattr(cause, "reason", None) or next(iter(cause.args), None), BaseException):
        cause = inner
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return f"no secure connection was made: {cause}"
    told = f"the platform's certificate is not trusted: {cause.verify_message}"
    if cause.verify_code in AUTHORITY_UNKNOWN:
        told += "; where an authority of your own signed it, name that one's file in the target file: [api] ca_file"
    return told
