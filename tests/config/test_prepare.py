"""What a start prepares, as far as commands of Django's don't do it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.launch import forks, prepare
from config.launch.prepare import check_default_model, collect_static, migrate
from processing.engine.networks.registry import Registry
from processing.worker import runtime


@pytest.fixture
def source(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The only static file there is."""
    source = tmp_path / "source" / "shop.css"
    source.parent.mkdir()
    source.write_text("old")
    settings.STATICFILES_DIRS = [source.parent]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    finders.get_finder.cache_clear()
    yield source
    finders.get_finder.cache_clear()


def served(root: Path) -> str:
    """What pages lead to."""
    paths = json.loads((root / "staticfiles.json").read_text())["paths"]
    return (root / paths["shop.css"]).read_text()


def test_static_files_are_collected_anew_where_a_source_has_changed(
    source: Path, settings: Any
) -> None:
    collect_static()
    assert served(settings.STATIC_ROOT) == "old"
    source.write_text("changed")
    collect_static()
    assert served(settings.STATIC_ROOT) == "changed"
    (source.parent / "more.css").write_text("more")
    collect_static()
    assert (settings.STATIC_ROOT / "more.css").read_text() == "more"


def test_static_files_are_left_alone_where_none_has(source: Path, settings: Any) -> None:
    collect_static()
    kept = {path: path.stat().st_mtime_ns for path in settings.STATIC_ROOT.iterdir()}
    collect_static()
    assert {path: path.stat().st_mtime_ns for path in settings.STATIC_ROOT.iterdir()} == kept


def test_a_folder_of_static_files_that_was_removed_is_made_again(
    source: Path, settings: Any
) -> None:
    collect_static()
    for path in settings.STATIC_ROOT.iterdir():
        path.unlink()
    settings.STATIC_ROOT.rmdir()
    collect_static()
    assert served(settings.STATIC_ROOT) == "old"


def test_what_was_broken_off_is_done_again(
    source: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_off(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("config.launch.prepare.call_command", breaks_off)
        with pytest.raises(OSError, match="no space"):
            collect_static()
    collect_static()
    assert served(settings.STATIC_ROOT) == "old"


@pytest.mark.django_db
class TestMigrate:
    @pytest.fixture
    def commands(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        called: list[str] = []
        monkeypatch.setattr(
            "config.launch.prepare.call_command", lambda name, **_: called.append(name)
        )
        return called

    def test_a_database_that_has_had_all_is_left_alone(self, commands: list[str]) -> None:
        migrate()
        assert commands == []

    @pytest.mark.parametrize("app", ["accounts", "listings", "account", "contenttypes"])
    def test_one_that_lacks_a_migration_is_brought_up_to_date(
        self, commands: list[str], app: str
    ) -> None:
        name = MigrationRecorder.Migration.objects.filter(app=app).latest("id").name
        MigrationRecorder(connection).record_unapplied(app, name)
        migrate()
        assert commands == ["migrate"]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("best", "There is no model 'best'. Available: auto, fast, u2netp."),
        (
            "high",
            "The model isnet-general-use is not installed: run `make models NAMES=isnet-general-use`.",
        ),
    ],
)
def test_a_site_whose_default_model_can_not_be_used_does_not_start(
    model: str, why: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEFAULT_MODEL = model
    (tmp_path / "u2netp.onnx").touch()
    monkeypatch.setattr(runtime, "registry", lambda: Registry(tmp_path))
    with pytest.raises(CommandError) as refused:
        check_default_model()
    assert str(refused.value) == f"DEFAULT_MODEL is {model}: {why}"


@pytest.mark.parametrize("model", ["auto", "fast", "u2netp"])
def test_a_default_model_needs_no_network_but_the_one_it_asks_always(
    model: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEFAULT_MODEL = model
    (tmp_path / "u2netp.onnx").touch()
    monkeypatch.setattr(runtime, "registry", lambda: Registry(tmp_path))
    check_default_model()


@pytest.mark.skipif(not forks.CAN_FORK, reason="nothing is done side by side where none can fork")
def test_where_tables_cannot_be_made_nobody_waits_for_a_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def download() -> None:
        time.sleep(20)
        (tmp_path / "downloaded").touch()

    def fail() -> None:
        raise CommandError("The database can't be reached.")

    monkeypatch.setattr(prepare, "_fetch_and_collect", download)
    monkeypatch.setattr(prepare, "migrate", fail)
    assert prepare._side_by_side() is False
    assert capsys.readouterr().err == "The database can't be reached.\n"
    assert not (tmp_path / "downloaded").exists()


def test_a_setting_that_cannot_be_meant_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def setup() -> None:
        raise ImproperlyConfigured("X=many can't be read.")

    monkeypatch.setattr("django.setup", setup)
    assert prepare.main() == 1
    assert capsys.readouterr().err == "X=many can't be read.\n"
