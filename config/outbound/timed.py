"""Connections on which all waiting ends at one moment, however slowly the bytes drip."""

from __future__ import annotations

import ssl
import time

import httpcore


class Deadline:
    """The moment by which an errand is over. It may be set anew for the next one over the same connections."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def renew(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds until then. Raises httpcore.ReadTimeout when it has passed."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("out of time")
        return left


class TimedStream(httpcore.NetworkStream):
    """A connection that is cut off at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self.stream = stream
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, timeout=self.deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, timeout=self.deadline.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self.deadline.left()
        secured = self.stream.start_tls(ssl_context, server_hostname, timeout=left)
        return TimedStream(secured, self.deadline)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)
