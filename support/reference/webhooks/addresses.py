"""Outbound addresses: which URLs users may have the platform call, and which IP addresses those stand for.

A check of the text is not enough: a name may resolve to any address, and to another one a moment later. Therefore an
address is resolved and checked before each request, and the request goes to the IP address that was checked.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

IPAddress = IPv4Address | IPv6Address

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST_NAME = re.compile(r"(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\#]")
_PATH_CHARACTERS = "/%:@!$&'()*+,;=-._~?[]"

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Networks whose addresses stand for others, or that Python's registry of this version does not know.
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "2001:db8::/32",
        "3fff::/20",  # documentation
        "192.88.99.0/24",  # relays of 6to4
    )
]
_ISATAP = (0x00005EFE, 0x02005EFE)


class InvalidAddress(Exception):
    """The text is not a URL that can be called."""


class ForbiddenAddress(Exception):
    """The platform may not call this address."""


class UnresolvedHost(Exception):
    """The host name has no IP address at the moment."""


@dataclass(frozen=True)
class Address:
    """A URL in its parts. ``host`` is in lower case and ASCII; ``target`` is the path with the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """The form of ``outbound_allowed_hosts``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse(url: str) -> Address:
    """Split a URL.

    Raises InvalidAddress for other schemes than http and https, user names, passwords, fragments, and for every
    character that parsers are known to read in different ways.
    """
    if _UNSAFE.search(url):
        raise InvalidAddress("white space, control characters, backslashes and fragments are not allowed")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidAddress("not a URL") from None
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc or port == 0 or parts.netloc.endswith(":"):
        raise InvalidAddress("not an http or https URL without user name")
    target = quote(parts.path or "/", safe=_PATH_CHARACTERS)
    if parts.query or url.endswith("?"):
        target += "?" + quote(parts.query, safe=_PATH_CHARACTERS)
    literal = "[" in parts.netloc
    return Address(parts.scheme, _host(host, literal=literal), port or _DEFAULT_PORTS[parts.scheme], target)


def permitted(address: Address, allowed: Collection[str], *, seconds: float) -> Sequence[IPAddress]:
    """Resolve the host and return its IP addresses, every one of which may be called.

    ``allowed`` lists hosts as ``host:port``: they may use http and any IP address. ``seconds`` limits the resolution.
    Raises ForbiddenAddress and UnresolvedHost.
    """
    is_listed = address.host_and_port in allowed
    if not is_listed and address.scheme != "https":
        raise ForbiddenAddress
    found = _resolve(address, seconds)
    if not is_listed and not all(map(is_public, found)):
        raise ForbiddenAddress
    return found


def is_public(address: IPAddress) -> bool:
    """Return whether an IP address belongs to a host on the public internet, written in its own form."""
    if any(address in network for network in _NOT_PUBLIC) or not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return not (address.is_reserved or address.is_loopback or address.is_link_local or address.is_unspecified)
    # Only global unicast: IPv4-mapped, IPv4-compatible, NAT64, link-local and site-local addresses lie outside.
    return address in _GLOBAL_UNICAST and (int(address) >> 32 & 0xFFFFFFFF) not in _ISATAP


def _host(host: str, *, literal: bool) -> str:
    if literal:
        try:
            return IPv6Address(host).compressed if "%" not in host else _refuse_host()
        except ValueError:
            return _refuse_host()
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return _refuse_host()
    last_label = name.rstrip(".").rpartition(".")[2]
    is_number = _NUMBER.fullmatch(last_label) is not None
    return name if _HOST_NAME.fullmatch(name) and (not is_number or _literal(name)) else _refuse_host()


def _refuse_host() -> str:
    raise InvalidAddress("not a host")


def _resolve(address: Address, seconds: float) -> Sequence[IPAddress]:
    literal = _literal(address.host)
    return [literal] if literal else _looked_up(address, seconds)


def _literal(host: str) -> IPAddress | None:
    """Return the IP address that a host spells: dotted, decimal, octal, hexadecimal, shortened, or in IPv6."""
    try:
        return IPv6Address(host) if ":" in host else IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def _looked_up(address: Address, seconds: float) -> Sequence[IPAddress]:
    """Ask the resolver in a thread of its own: a lookup cannot be interrupted."""
    found: list[IPAddress] = []

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(ipaddress.ip_address(str(info[4][0]).partition("%")[0]) for info in infos))
        except (OSError, UnicodeError):
            return

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive() or not found:
        raise UnresolvedHost
    return found
