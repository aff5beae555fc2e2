"""What staff see of the site's health."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError
from django.test import Client

from config import observability, queue_names
from config.failures import process_marks
from config.worker import ACTORS
from media_library.lifecycle import sweeps
from processing.models import Job, JobState
from processing.worker import claims, fetching
from tests.config.queue_server import Server
from tests.stand_ins import Seller

HEALTH = "/admin/health/"


def words_of(client: Client) -> str:
    """What the page shows, as one line of words."""
    page = client.get(HEALTH).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition('id="content"')[2]).split())


def test_all_queues_are_listed() -> None:
    assert set(queue_names.QUEUES) == {actor.queue_name for actor in ACTORS}


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(observability, "queue_client", lambda: server)
    return server


def test_queues_and_workers(queue: Server, root: Client, submit: Callable[..., Job]) -> None:
    message = json.dumps({"message_timestamp": (time.time() - 40) * 1000}).encode()
    queue.lists[queue_names.untaken("images")] = [b"a"]
    queue.hashes[queue_names.unacknowledged("images")] = {b"a": message, b"b": message}
    queue.hashes[queue_names.unacknowledged(queue_names.later("images"))] = {b"c": message}
    job = submit()
    Job.objects.update(
        state=JobState.PROCESSING, claim_id=job.account_id, started_at=job.created_at
    )
    job.refresh_from_db()
    queue.texts[f"{queue_names.WORKER_KEY}:images:1"] = (
        f"{os.getpid()} {process_marks.mark()}".encode()
    )
    queue.texts[f"{queue_names.WORKER_KEY}:batches:1"] = (
        f"{os.getpid()} {process_marks.mark()}".encode()
    )
    queue.texts[f"{queue_names.WORKER_KEY}:copies:1"] = b"77 0123456789abcdef:0123456789abcdef"
    with claims.held(job):
        words = words_of(root)
    assert "1 job is open." in words
    assert re.search(r"images 1 4\d s 1 1 studio 0 0 0", words)
    assert f"{os.getpid()} images, batches remove-background for 0 minutes" in words
    assert "77 on another machine copies" in words
    assert "At work by whom" not in words
    assert "At work by whom can’t be seen from here: remove-background" in words_of(root)


def test_failures_and_slow_work(root: Client, owner: Seller, submit: Callable[..., Job]) -> None:
    first, second, old = submit(), submit(crop=True), submit(format="jpg")
    began = first.created_at
    done = {"started_at": began, "ended_at": began + timedelta(seconds=4.2)}
    Job.objects.filter(pk=first.pk).update(state=JobState.COMPLETED, **done)
    done["ended_at"] = began + timedelta(seconds=61)
    Job.objects.filter(pk=second.pk).update(state=JobState.FAILED, error_code="BROKEN", **done)
    Job.objects.filter(pk=old.pk).update(created_at=began - timedelta(hours=3))
    words = words_of(root)
    hour, _, day = words.partition("Last hour")[2].partition("Last day")
    assert "Cutout 1 1 50.0 % 0 0 BROKEN : 1" in hour
    assert "Cutout 1 1 50.0 % 0 1 BROKEN : 1" in day
    assert re.search(r"Slowest of the last day Cutout 61.0 s Failed .* Cutout 4.2 s Completed", day)
    assert "The queue can’t be reached" in words


def test_orphans_are_estimated(settings: Any, tmp_path: Path, owner: Seller) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    assert sweeps.estimate_orphans() == sweeps.OrphanEstimate(0, 0, 0)
    from tests.processing.conftest import photo

    image = owner.image(photo())
    orphan = (tmp_path / image.file_key).with_name("left.png")
    orphan.write_bytes(b"123")
    assert sweeps.estimate_orphans() == sweeps.OrphanEstimate(1, 0, 0)  # it may be on its way
    os.utime(orphan, (time.time() - 7200,) * 2)
    assert sweeps.estimate_orphans() == sweeps.OrphanEstimate(1, 1, 3)
    assert orphan.exists()


def test_a_worker_fetches_a_network(
    root: Client, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODELS_DIR = tmp_path
    sent: list[str] = []
    monkeypatch.setattr(fetching.fetch_model, "send", sent.append)
    assert "isnet-general-use high Apache-2.0" in words_of(root)
    answer = root.post(f"{HEALTH}fetch/high/", follow=True)
    assert [str(one) for one in answer.context["messages"]] == [
        "A worker fetches isnet-general-use."
    ]
    assert sent == ["isnet-general-use"]
    assert "a worker fetches it" in words_of(root)
    assert LogEntry.objects.get().get_change_message() == "Had a worker fetch isnet-general-use."

    def fails(*args: Any, **options: Any) -> None:
        raise CommandError("There is no network.")

    monkeypatch.setattr(fetching, "call_command", fails)
    fetching.fetch_model.fn("isnet-general-use")
    assert "not installed There is no network. Fetch" in words_of(root)
    monkeypatch.setattr(fetching, "call_command", lambda *args, **options: None)
    fetching.fetch_model.fn("isnet-general-use")
    assert "There is no network." not in words_of(root)
    assert root.post(f"{HEALTH}fetch/nonsense/").status_code == 404


def test_who_may_look_and_who_may_fetch(owner: Seller, client: Client) -> None:
    from django.contrib.auth.models import Group

    from accounts.models import User

    assert client.get(HEALTH).status_code == 302
    helper = User.objects.create_user("help@example.com", "a long sentence", is_staff=True)
    client.force_login(helper)
    assert client.get(HEALTH).status_code == 403
    helper.groups.add(Group.objects.get(name="Support"))
    page = client.get(HEALTH)
    assert page.status_code == 200
    assert "Fetch</button>" not in page.content.decode()
    assert client.post(f"{HEALTH}fetch/high/").status_code == 403
