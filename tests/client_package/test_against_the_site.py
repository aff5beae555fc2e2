"""The client and the site itself, in one process: what stand-ins elsewhere take to be the site's answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from accounts.signing.sign_in import new_token
from packshot import Client, InvalidRequest
from packshot.runs.exits import is_unreadable
from packshot.runs.hot_folder import HotFolder, Times
from packshot.runs.journal import Journal
from packshot.runs.report import Report
from packshot.runs.run import Run
from packshot.runs.work import SiteMaker, Work
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.stand_ins import Seller


@pytest.fixture
def client(
    owner: Seller, middle_model: None, quick_queue: None, monkeypatch: pytest.MonkeyPatch
) -> Client:
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    assert owner.caller.user is not None
    site = httpx.WSGITransport(get_wsgi_application())
    return Client("http://127.0.0.1", new_token(owner.caller.user), transport=site)


def test_looks_and_packs_are_made_by_their_ids(client: Client, tmp_path: Path) -> None:
    image = client.upload(photo(), name="shoe.jpg").id
    made = client.edit(image, {"layout": {"size": "64x32"}}, preset_id="look_amazon")
    assert made.processed_image_id is not None
    assert (
        client.download(made.processed_image_id, tmp_path / "a.jpg").read_bytes()[:2] == b"\xff\xd8"
    )
    assert (client.image(made.processed_image_id).width, made.report["provider"]) == (
        64,
        "rembg/middle",
    )
    [pack] = [one for one in client.ready_packs() if one.id == "market_vinted"]
    begun = client.start_batch([image], pack_ids=[pack.id], how={"layout": {"size": "32x32"}})
    items = client.batch(begun.batch_id).items
    assert [(one.look, one.market) for one in items] == [(one.name, "vinted") for one in pack.looks]
    files = [one.file for one in client.batch_manifest(begun.batch_id).items]
    assert files == [f"vinted/shoe-vinted-{n}.jpg" for n in range(1, len(items) + 1)]


class AtOnce:
    """A pool that has no threads."""

    map = staticmethod(map)


def test_half_a_photo_in_a_hot_folder_is_waited_for(client: Client, tmp_path: Path) -> None:
    now, out = 0.0, tmp_path / "results"
    for wrong in (b"no picture", photo((600, 400))[:3000]):
        with pytest.raises(InvalidRequest) as told:
            client.upload(wrong, name="half.jpg")
        assert is_unreadable(told.value)
    report = Report(0, as_json=False, bars=False)
    run = Run(out, journal := Journal(out), SiteMaker(client, journal), report)
    work = Work("remove-background", {"format": "png"}, ending=".png")
    hot = HotFolder(tmp_path, run, work, times=Times(), clock=lambda: now)
    path, pool = tmp_path / "half.jpg", AtOnce()

    def turns(*seconds: float) -> None:
        nonlocal now
        for passed in seconds:
            now += passed
            hot.turn(pool)  # type: ignore[arg-type]

    path.write_bytes(photo((600, 400))[:3000])
    turns(0, 4, 20)
    assert path.exists()
    path.write_bytes(photo((600, 400)))
    turns(0, 4)
    assert (tmp_path / "done/half.jpg").exists()
    assert (out / "half.png").read_bytes()[:4] == b"\x89PNG"
    (tmp_path / "text.jpg").write_text("no picture")
    turns(0, 4, 29)
    assert not (tmp_path / "failed").exists()
    turns(1)
    assert "not an image" in (tmp_path / "failed/text.jpg.txt").read_text()
