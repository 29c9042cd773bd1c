"""Ports that no other program can use between their choice and their use."""

import socket


class ReservedPort:
    """A free port on loopback, held by a socket that is bound but does not listen.

    A server that binds with SO_REUSEADDR, as servers do, can listen on it; the kernel gives it to no other program. The
    reservation outlives the server, so that a killed server gets its port again.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def release(self) -> None:
        """Release the port."""
        self._socket.close()
