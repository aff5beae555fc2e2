"""A stand-in for the queue's server, where its standing is looked at."""

from __future__ import annotations


class Server:
    """What the pages ask of the queue's server, answered from what a test puts in."""

    def __init__(self) -> None:
        self.lists: dict[str, list[bytes]] = {}
        self.hashes: dict[str, dict[bytes, bytes]] = {}
        self.texts: dict[str, bytes] = {}

    def llen(self, name: str) -> int:
        return len(self.lists.get(name, []))

    def lindex(self, name: str, at: int) -> bytes | None:
        return next(iter(self.lists.get(name, [])[at:]), None)

    def hlen(self, name: str) -> int:
        return len(self.hashes.get(name, {}))

    def hget(self, name: str, key: bytes) -> bytes | None:
        return self.hashes.get(name, {}).get(key)

    def scan_iter(self, pattern: str, count: int) -> list[bytes]:
        return [name.encode() for name in self.texts if name.startswith(pattern.rstrip("*"))]

    def mget(self, names: list[str]) -> list[bytes | None]:
        return [self.texts.get(name) for name in names]

    def info(self, section: str) -> dict[str, str]:
        return {"redis_version": "7.2.4"}
