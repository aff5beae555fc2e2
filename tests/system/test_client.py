"""The client package against a whole site."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Picture

import packshot
from packshot import AsyncClient, Client, cli
from tests.system.site import ROOT, Site

PHOTOS = [ROOT / "tests/photos" / name for name in ("wool-hat.jpg", "blue-skirt.jpg")]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    # A moment's wait, so that work is answered with 202 and waited for.
    with Site(DOOR_WAIT_SECONDS="0.05") as running:
        yield running


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.demo("pro")["apiKey"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_photo_becomes_pictures(site: Site, key: str, tmp_path: Path) -> None:
    with Client(site.url, key) as client:
        assert client.me().plan.slug == "pro"
        photo = client.upload(PHOTOS[0])
        assert (photo.name, photo.bytes) == ("wool-hat.jpg", PHOTOS[0].stat().st_size)
        states: list[str] = []
        made = client.remove_background(
            photo.id, bg_color="white", format="jpg", on_job=lambda job: states.append(job.state)
        )
        assert states[-1] == "completed"
        assert made.processed_image_id is not None
        to = client.download(made.processed_image_id, tmp_path / "hat.jpg")
        with Picture.open(to) as picture:
            assert (picture.format, picture.size) == ("JPEG", (photo.width, photo.height))
        original = client.download(photo.id, tmp_path / "as it came.jpg")
        assert original.read_bytes() == PHOTOS[0].read_bytes()
        edited = client.edit(photo.id, {"layout": {"size": "60x40"}, "export": {"format": "webp"}})
        assert edited.report is not None
        assert edited.processed_image_id is not None
        found = client.image(edited.processed_image_id)
        assert (found.width, found.height, found.format) == (60, 40, "webp")
        assert {look.id for look in client.ready_presets()} >= {"look_amazon", "look_ebay"}
        with pytest.raises(packshot.InvalidRequest) as wrong:
            client.remove_background(photo.id, bg_color="octarine")
        assert list(wrong.value.fields) == ["bgColor"]
        assert wrong.value.request_id
        client.delete_image(photo.id)
        with pytest.raises(packshot.NotFound):
            client.remove_background(photo.id)
    with Client(site.url, "ps_wrong") as unknown, pytest.raises(packshot.NotSignedIn):
        unknown.me()


def test_many_photos_are_one_batch(site: Site, key: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncClient(site.url, key) as client:
            photos = await asyncio.gather(*[client.upload(path) for path in PHOTOS])
            begun = await client.start_batch(
                [photo.id for photo in photos],
                operation="remove-background",
                how={"size": "preview"},
                idempotency_key="one-batch",
            )
            again = await client.start_batch(
                [photo.id for photo in photos],
                operation="remove-background",
                how={"size": "preview"},
                idempotency_key="one-batch",
            )
            assert again == begun
            names: list[str] = []
            ended = await client.wait_for_batch(
                begun.batch_id, on_event=lambda event: names.append(event.name)
            )
            assert names.count("job.completed") == 2
            assert names[-1] == "batch.completed"
            assert (ended.state, ended.progress, len(ended.items)) == ("completed", 100, 2)
            [event] = [e async for e in client.batch_events(begun.batch_id)][-1:]
            assert event.data["completed"] == 2
            await client.download_batch(begun.batch_id, tmp_path / "all.zip")
            manifest = await client.batch_manifest(begun.batch_id)
            with zipfile.ZipFile(tmp_path / "all.zip") as archive:
                for item in manifest.items:
                    content = archive.read(item.file or "")
                    assert hashlib.sha256(content).hexdigest() == item.sha256

    asyncio.run(run())
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert len(archive.namelist()) == 3


def test_a_listing_is_written_kept_and_exported(site: Site, key: str, tmp_path: Path) -> None:
    with Client(site.url, key) as client:
        photo = client.upload(PHOTOS[1])
        draft = client.draft_listing(
            [photo.id], "depop", hints={"size": "M", "condition": "good", "brand": "Fjord"}
        )
        assert "fjord" in draft.title.lower()
        kept = client.create_listing(job_id=draft.job_id, state="ready", price=2500)
        assert (kept.title, kept.price, kept.state) == (draft.title, 2500, "ready")
        assert kept.id in {one.id for one in client.listings(state="ready").items}
        client.export_listings("csv", tmp_path / "all.csv", listing_ids=[kept.id])
        assert draft.title in (tmp_path / "all.csv").read_text()


def test_a_command_that_is_killed_goes_on_where_it_was(
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PACKSHOT_CONFIG", str(tmp_path / "sign-in.json"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "client"))
    key = site.demo("pro")["apiKey"]
    packshot_, photos = [sys.executable, "-m", "packshot"], []
    subprocess.run([*packshot_, "login", site.url], input=key, text=True, check=True)
    for number in range(3):
        photos.append(tmp_path / f"{number}.jpg")
        # What follows the end of a JPEG is no part of the picture, but another file.
        photos[-1].write_bytes(PHOTOS[0].read_bytes() + bytes([number]))
    look = ["--white", "--size", "100x80", "--json", "-j1", "--out", str(tmp_path / "out")]
    command = [*packshot_, "cutout", *map(str, photos), *look]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert json.loads(first.stdout.readline())["state"] == "done"
        first.kill()
    second = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    *told, last = map(json.loads, second.stdout.splitlines())
    assert told[0]["state"] == "skipped"
    assert last["summary"]["failed"] == 0
    assert last["summary"]["done"] + last["summary"]["skipped"] == 3
    for number in range(3):
        with Picture.open(tmp_path / f"out/{number}.jpg") as picture:
            assert (picture.format, picture.size) == ("JPEG", (100, 80))
    (tmp_path / "few/hats").mkdir(parents=True)
    photos[0].rename(tmp_path / "few/hats/wool.jpg")
    options = ["--look", "amazon", "--pack", "vinted", "--quiet", "--out", str(tmp_path / "looks")]
    batch = ["batch", str(tmp_path / "few"), *options]
    assert cli.run(batch) == 0
    made = [
        str(path.relative_to(tmp_path / "looks")) for path in (tmp_path / "looks").rglob("*.*g")
    ]
    assert "Amazon/hats/wool.jpg" in made
    with Client(site.url, key) as client:
        [pack] = [one for one in client.ready_packs() if one.id == "market_vinted"]
    assert len(made) == 1 + len(pack.looks)
    assert all(
        name.startswith("vinted/hats/wool-") for name in set(made) - {"Amazon/hats/wool.jpg"}
    )
    capsys.readouterr()
    assert cli.run([*batch, "--json"]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert json.loads(last)["summary"] == {"done": 0, "skipped": len(made), "failed": 0}


def test_this_machine_makes_the_same_bytes_as_the_site(
    site: Site, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_URL", site.url)
    monkeypatch.setenv("PACKSHOT_API_KEY", key)
    photo = str(PHOTOS[1])
    for number, options in enumerate(
        (
            ["--model", "fast"],
            ["--model", "fast", "--white", "--crop", "--edge", "fine"],
            *[["--model", "fast", "--size", "300x200", "--padding", "8%", "--shadow", "soft"]],
        )
    ):
        here, there = tmp_path / f"here{number}", tmp_path / f"there{number}"
        alone = ["--local", "--threads", "2", "--out", str(here)]
        assert cli.run(["cutout", photo, *options, *alone, "--quiet"]) == 0
        assert cli.run(["cutout", photo, *options, "--out", str(there), "--quiet"]) == 0
        [mine], [theirs] = here.glob("blue-skirt.*"), there.glob("blue-skirt.*")
        assert mine.read_bytes() == theirs.read_bytes(), options
    batch = ["batch", str(tmp_path / "in"), "--tool", "remove-background", "--options"]
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hat.jpg").write_bytes(PHOTOS[0].read_bytes() + b"another file")
    fast = ["--model", "fast", "--out", str(tmp_path / "one"), "--quiet"]
    assert cli.run(["cutout", "--local", str(tmp_path / "in/hat.jpg"), *fast]) == 0
    assert cli.run([*batch, '{"model": "fast"}', "--out", str(tmp_path / "many"), "--quiet"]) == 0
    assert (tmp_path / "one/hat.png").read_bytes() == (tmp_path / "many/hat.png").read_bytes()
