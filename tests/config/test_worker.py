"""What a worker knows: nothing but what its own process has imported, asked of such a process."""

from __future__ import annotations

import ast
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.launch.table import Site, stages

ROOT = Path(settings.BASE_DIR)
KNOWN = """
import json
import config.worker
from dramatiq import get_broker
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from processing.commands import Command
from processing.delivery import payloads
from processing.worker import kinds

print(json.dumps({
    "actors": {name: actor.queue_name for name, actor in get_broker().actors.items()},
    "commands": {
        command.__name__: kinds.of(command.model_construct()) is not None
        for command in Command.__subclasses__()
    },
    "dialects": sorted(payloads.DIALECTS),
    "schemes": [one.__name__ for one in OpenApiAuthenticationExtension._registry],
}))
"""


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", KNOWN],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@cache
def defined() -> list[ast.stmt]:
    """What the modules define, whether anybody imports them or not."""
    return [
        node
        for room in ("config", "accounts", "media_library", "processing", "listings")
        for path in (ROOT / room).rglob("*.py")
        if "management" not in path.parts
        # To parse all of them would take two seconds.
        if any(word in (text := path.read_text()) for word in ("dramatiq.actor", "(Command"))
        for node in ast.parse(text).body
    ]


def actors() -> set[str]:
    return {
        node.name
        for node in defined()
        if isinstance(node, ast.FunctionDef)
        and any("dramatiq.actor" in ast.unparse(one) for one in node.decorator_list)
    }


def commands() -> set[str]:
    return {
        node.name
        for node in defined()
        if isinstance(node, ast.ClassDef) and "Command" in map(ast.unparse, node.bases)
    }


def queues(command: Sequence[str]) -> Iterator[str]:
    """The names between `-Q` and the next option."""
    behind = command[command.index("-Q") + 1 :]
    return itertools.takewhile(lambda word: not word.startswith("-"), behind)


def test_every_actor_and_every_queue_that_the_launcher_serves(known: dict[str, Any]) -> None:
    site = Site.from_env({"REDIS_URL": "redis://127.0.0.1"}, ROOT)
    commands = [process.command for stage in stages(site) for process in stage.processes]
    served = {queue for command in commands if "-Q" in command for queue in queues(command)}
    assert set(known["actors"]) == actors()
    assert set(known["actors"].values()) == served


def test_how_each_kind_of_work_is_done(known: dict[str, Any]) -> None:
    assert {"RemoveBackground", "Edit", "GenerateListing"} <= commands()
    assert known["commands"] == dict.fromkeys(commands(), True)


def test_the_words_of_every_dialect_that_has_webhooks(known: dict[str, Any]) -> None:
    """Without them a worker that ends a job tells the dialect's receivers nothing of it."""
    declared = [
        import_module(f"processing.compat.{file.parent.name}.dialect").DIALECT
        for file in (ROOT / "processing/compat").glob("*/dialect.py")
    ]
    assert declared
    assert known["dialects"] == sorted(["", *(one.name for one in declared if one.translate)])


def test_how_the_document_describes_signing_in(known: dict[str, Any]) -> None:
    assert {"TokenScheme", "CookieScheme"} <= set(known["schemes"])
