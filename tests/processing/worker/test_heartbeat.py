"""With each word that a worker lives, it lets go of networks that it has no use for."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import redis

from processing.worker import heartbeat, runtime


class Queue:
    """Keeps what is said, or can't be reached."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error
        self.said: list[str] = []

    def set(self, key: str, value: str, ex: int) -> None:
        if self._error is not None:
            raise self._error
        self.said.append(f"{key} for {ex} s")

    def delete(self, *keys: str) -> None:
        if self._error is not None:
            raise self._error
        self.said.append(f"no {' '.join(keys)}")


@pytest.mark.parametrize("error", [None, redis.ConnectionError("away")])
def test_a_worker_lets_go_of_networks_also_while_the_queue_is_away(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    asked: list[float] = []

    def let_go(unused_for: float) -> list[str]:
        asked.append(unused_for)
        return ["isnet-general-use"]

    queue, stopping = Queue(error), threading.Event()
    monkeypatch.setattr(heartbeat, "queue_client", lambda: queue)
    monkeypatch.setattr(runtime, "let_go", let_go)
    announce: Callable[[list[str], threading.Event], None] = heartbeat._announce
    stopping.set()  # the first word is the last
    announce(["key"], stopping)
    assert asked == [60]
    assert queue.said == ([] if error else ["key for 150 s", "no key"])


def test_a_worker_goes_on_saying_that_it_lives_where_it_cannot_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def let_go(unused_for: float) -> list[str]:
        raise RuntimeError("a library's own")

    queue, stopping = Queue(), threading.Event()
    monkeypatch.setattr(heartbeat, "queue_client", lambda: queue)
    monkeypatch.setattr(runtime, "let_go", let_go)
    announce: Callable[[list[str], threading.Event], None] = heartbeat._announce
    stopping.set()
    announce(["key"], stopping)
    assert queue.said == ["key for 150 s", "no key"]
