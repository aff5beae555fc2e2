"""The web server that the site runs, granian, in a thread of the test's own process.

It shares the tests' database, settings and stand-ins, and speaks real HTTP.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server

from config.web.handler import Handler
from tests.system.site import free_port, until


@dataclass(frozen=True)
class WebServer:
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, trust_env=False)

    def say(self, *pieces: bytes) -> bytes:
        """Send these bytes, and read until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while received := connection.recv(65_536):
                answer += received
        return answer

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def running() -> Iterator[WebServer]:
    web = WebServer(free_port())
    loop = asyncio.new_event_loop()
    server = Server(
        Handler(), port=web.port, interface=Interfaces.ASGINL, log_enabled=False, websockets=False
    )

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        until(web.answers, seconds=10)
        yield web
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(10)
        loop.close()


def in_pieces(data: bytes, *, size: int = 1000) -> Iterable[bytes]:
    """A body whose length nobody tells: httpx sends it with ``Transfer-Encoding: chunked``."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
