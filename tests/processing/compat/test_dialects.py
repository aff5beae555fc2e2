"""A dialect is one folder and one line: nothing else of the site knows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.setup.environment import Environment
from processing.apps import DIALECTS
from processing.compat import registry
from processing.compat.dialect import Dialect
from processing.compat.failures import ErrorFormat, Failure
from processing.delivery import payloads
from processing.delivery.payloads import Notice

ROOT = Path(settings.BASE_DIR)
CODE = ("config", "accounts", "media_library", "processing", "listings", "templates", "static")
# Whether a site is whole, what its workers know, and what it says at addresses that are nobody's.
LOOK = """
import json
import sys

import config.worker
from accounts.pages import quick_starts
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from processing.delivery import payloads

call_command("check", fail_level="WARNING", stdout=sys.stderr)
call_command("makemigrations", check_changes=True, dry_run=True, stdout=sys.stderr)
client = Client(SERVER_NAME="127.0.0.1")
answers = {path: client.get(f"/compat/{path}nowhere") for path in sys.argv[1:]}
print(json.dumps({
    "code": config.__path__[0],
    "settings": dir(settings),
    "rate limits": settings.RATE_LIMITS,
    "samples": [api.name for api in quick_starts.registered()],
    "webhooks": list(payloads.DIALECTS),
    "answers": {
        path: [one.status_code, one.headers["Content-Type"], one.content.decode()]
        for path, one in answers.items()
    },
}))
"""


@pytest.mark.parametrize("folder", DIALECTS)
def test_deleting_the_folder_and_the_line_deletes_the_dialect(folder: str, tmp_path: Path) -> None:
    for room in CODE:
        shutil.copytree(ROOT / room, tmp_path / room)
    shutil.rmtree(tmp_path / "processing/compat" / folder)
    apps = tmp_path / "processing/apps.py"
    lines = apps.read_text().splitlines(keepends=True)
    assert lines.count(f'    "{folder}",\n') == 1
    apps.write_text("".join(line for line in lines if line != f'    "{folder}",\n'))

    dialects = {dialect.name: dialect for dialect in registry.registered()}
    found = look(tmp_path, [dialect.path for dialect in dialects.values()])
    gone = dialects.pop(folder)

    assert found["code"] == str(tmp_path / "config")
    status, content_type, _ = found["answers"].pop(gone.path)
    assert (status, content_type) == (404, "text/html; charset=utf-8")  # the site's own page
    for dialect in dialects.values():
        status, content_type, text = found["answers"].pop(dialect.path)
        assert (status, content_type) == (404, "application/json")
        unknown = Failure(404, "NOT_FOUND", "Not found.")
        assert json.loads(text) == dialect.error_format.shape(unknown)
    assert found["samples"] == ["packshot", *(one.name for one in dialects.values() if one.title)]
    assert found["webhooks"] == ["", *(one.name for one in dialects.values() if one.translate)]
    assert not {*gone.settings(Environment())} & {*found["settings"]}
    assert not {*gone.rate_limits(Environment())} & {*found["rate limits"]}
    for dialect in dialects.values():
        assert {*dialect.settings(Environment())} <= {*found["settings"]}
        assert dialect.rate_limits(Environment()).items() <= found["rate limits"].items()


def look(folder: Path, paths: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *paths],
        cwd=folder,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("folder", DIALECTS)
def test_no_other_code_names_it(folder: str) -> None:
    naming = {
        str(path.relative_to(ROOT))
        for room in CODE
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".html", ".js", ".css", ".toml", ".txt")
        and folder in path.read_text().lower()
        and ROOT / "processing/compat" / folder not in path.parents
    }
    assert naming == {"processing/apps.py"}
    assert folder not in (ROOT / "pyproject.toml").read_text().lower()


def whisper(notice: Notice) -> tuple[str, dict[str, Any]]:
    return notice.type, {"psst": notice.type}


TOY = Dialect(
    name="toy",
    path="toy/v3/",
    urls="processing.compat.toy.urls",
    error_format=ErrorFormat("toy", lambda failure: {"oops": failure.message}),
    rate_limits=lambda env: {"toy": env.str("RATE_TOY", "7/h"), "general": "1/d"},
    settings=lambda env: {
        "TOY_FILE_BYTES": env.int("TOY_FILE_MB", 3) * 1_000_000,
        "TOY_HOSTS": env.list("TOY_HOSTS", default=[]),
        "MAX_PIXELS": 1,
    },
    hosts_setting="TOY_HOSTS",
    request_headers=("x-toy",),
    response_headers=("x-toy-left",),
    max_file_setting="TOY_FILE_BYTES",
    translate=whisper,
)


class TestRegistering:
    @pytest.fixture(autouse=True)
    def _toy(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        module = ModuleType("processing.compat.toy.dialect")
        module.DIALECT = TOY  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(registry, "_DIALECTS", {})
        monkeypatch.setattr(payloads, "DIALECTS", {"": payloads.native})
        settings.RATE_LIMITS = {"general": "1000/h"}
        settings.HOST_PREFIXES = {}
        for name in ("ALLOWED_HOSTS", "CORS_ALLOW_HEADERS", "CORS_EXPOSE_HEADERS"):
            setattr(settings, name, [])

    def test_all_that_it_declares(self, settings: Any) -> None:
        registry.register("toy")
        assert list(registry.registered()) == [TOY]
        assert payloads.DIALECTS["toy"] is whisper
        assert settings.RATE_LIMITS["toy"] == "7/h"
        assert TOY.max_file_bytes == TOY.setting("TOY_FILE_BYTES") == 3_000_000
        assert settings.CORS_ALLOW_HEADERS == ["x-toy"]
        assert settings.CORS_EXPOSE_HEADERS == ["x-toy-left"]
        assert (settings.ALLOWED_HOSTS, settings.HOST_PREFIXES) == ([], {})

    def test_hosts_of_its_own(self, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        monkeypatch.setenv("TOY_HOSTS", "toys.example,Toys.Local")
        registry.register("toy")
        assert settings.ALLOWED_HOSTS == ["toys.example", "Toys.Local"]
        assert settings.HOST_PREFIXES == {
            "toys.example": "/compat/toy",
            "toys.local": "/compat/toy",
        }

    @pytest.mark.parametrize(
        ("hosts", "problem"),
        [
            ("https://toys.example", "'https://toys.example' is not a host name"),
            ("toys.example:8000", "'toys.example:8000' is not a host name"),
            (".toys.example", "'.toys.example' is not a host name"),
            ("*", "'*' is not a host name"),
            ("photos.example,Taken.example", "'Taken.example' is a host name of two APIs"),
        ],
    )
    def test_what_is_no_host_of_its_own(
        self, monkeypatch: pytest.MonkeyPatch, settings: Any, hosts: str, problem: str
    ) -> None:
        settings.HOST_PREFIXES = {"taken.example": "/compat/other"}
        monkeypatch.setenv("TOY_HOSTS", hosts)
        with pytest.raises(ImproperlyConfigured, match=f"^TOY_HOSTS: {re.escape(problem)}"):
            registry.register("toy")

    def test_the_environment_goes_before_its_defaults(
        self, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        monkeypatch.setenv("RATE_TOY", "1/m")
        monkeypatch.setenv("TOY_FILE_MB", "8")
        registry.register("toy")
        assert (settings.RATE_LIMITS["toy"], TOY.max_file_bytes) == ("1/m", 8_000_000)

    def test_what_the_sites_settings_say_goes_before_both(self, settings: Any) -> None:
        settings.TOY_FILE_BYTES = 5
        registry.register("toy")
        assert TOY.max_file_bytes == 5
        assert settings.RATE_LIMITS["general"] == "1000/h"
        assert settings.MAX_PIXELS == 65_000_000
