"""A customer's web server on loopback, which does with a webhook whatever it is told to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.received.append(Received(self.path, headers, body))
        self.receiver.react(self)

    def do_GET(self) -> None:
        self.receiver.followed.append(self.path)
        self.reply(200)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of these tests."""


React = Callable[[Handler], None]


class Receiver:
    """What came in, and how to react to it: at first with 200 and `thanks`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.received: list[Received] = []
        self.followed: list[str] = []
        self.released = threading.Event()
        self.answer(200, b"thanks")

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.react: React = lambda handler: handler.reply(status, body, **headers)

    def hang(self, seconds: float = 5) -> None:
        """Say nothing until the test is over, or for so long."""
        self.react = lambda _: (self.released.wait(seconds), None)[1]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    handler = type("Bound", (Handler,), {})
    server = Server(("127.0.0.1", 0), handler)
    receiver = handler.receiver = Receiver(server.server_port)
    threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
