"""What we do with a Redis-protocol server, on a real one: the embedded server's own binary."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone
from dramatiq import Worker
from dramatiq.brokers.redis import RedisBroker

from config.broker import Broker
from config.failures import process_marks
from config.launch import queue
from config.launch.table import Site, stages
from config.observability import queue_client, warm_workers
from processing.commands import RemoveBackground
from processing.delivery import events
from processing.models import Job
from processing.services.batching import batches
from processing.worker import runtime, sweeps, tasks, transitions
from processing.worker.heartbeat import WorkerHeartbeat
from tests.processing.conftest import image, photo, submit  # noqa: F401  (fixtures)
from tests.stand_ins import Seller
from tests.system.site import until


class Server:
    """The server in a folder of its own, with a short path for its socket."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="packshot-"))
        embedded = queue.embedded(self.folder)
        assert embedded.process is not None
        self.url, self.command = embedded.url, embedded.process.command
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        until(lambda: queue.answers(self.url), seconds=20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()
    shutil.rmtree(server.folder)


def _use(server: Server, settings: Any) -> Iterator[redis.Redis]:
    settings.REDIS_URL = server.url
    queue_client.cache_clear()
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        yield client
    queue_client().close()
    queue_client.cache_clear()


@pytest.fixture
def client(running: Server, settings: Any) -> Iterator[redis.Redis]:
    """An empty server, used by everything in this process."""
    for client in _use(running, settings):
        client.flushall()
        yield client


@pytest.fixture
def fading(settings: Any) -> Iterator[Server]:
    """A server for a test to stop."""
    server = Server()
    for _ in _use(server, settings):
        yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture
def broker(client: redis.Redis, running: Server) -> Iterator[RedisBroker]:
    broker = Broker(url=running.url, middleware=[])
    broker.declare_queue(tasks.IMAGES)
    yield broker
    broker.close()
    broker.client.close()


@pytest.fixture
def real_commits(transactional_db: None) -> None:
    """Transactions end for real, and what they are followed by happens."""


# --- Hearing of a job's end -----------------------------------------------------------------------


def test_a_listener_is_woken_by_the_end(
    client: redis.Redis,
    real_commits: None,
    submit: Callable[..., Job],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_LOOK_SECONDS", 60.0)  # only a nudge is quicker
    job = submit()

    def cancel_a_little_later() -> None:
        until(lambda: client.pubsub_numsub(f"packshot:ended:{job.pk}")[0][1], seconds=20)
        time.sleep(0.1)
        transitions.cancel(job)
        connection.close()

    with events.listener(job.pk) as listener:
        thread = threading.Thread(target=cancel_a_little_later)
        thread.start()
        began = time.monotonic()
        assert listener.wait(60) is True
        assert 0.1 <= time.monotonic() - began < 10
        thread.join()
    until(lambda: client.pubsub_numsub(f"packshot:ended:{job.pk}")[0][1] == 0, seconds=5)


def test_a_nudge_comes_after_the_commit_and_only_for_ends(
    client: redis.Redis,
    real_commits: None,
    submit: Callable[..., Job],  # noqa: F811
) -> None:
    job = submit()
    heard = client.pubsub(ignore_subscribe_messages=True)
    heard.subscribe(f"packshot:ended:{job.pk}")
    heard.get_message(timeout=5)  # that the subscription stands
    assert transitions.claim(job.pk) is not None
    with transaction.atomic():
        assert transitions.cancel(job) is True
        assert heard.get_message(timeout=0.1) is None
    message = heard.get_message(timeout=5)
    assert message is not None
    assert message["data"] == str(job.events.get(name="job.cancelled").pk)
    assert heard.get_message(timeout=0.05) is None
    heard.close()


def test_a_listener_looks_for_itself_when_the_server_goes(
    fading: Server,
    real_commits: None,
    submit: Callable[..., Job],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_LOOK_SECONDS", 60.0)
    job = submit()
    with events.listener(job.pk) as listener:
        fading.stop()
        assert listener.wait(0.3) is False
        assert transitions.cancel(job) is True  # nobody can be told
        assert listener.wait(5) is True


def test_a_listener_does_without_a_server(
    fading: Server,
    real_commits: None,
    submit: Callable[..., Job],  # noqa: F811
) -> None:
    fading.stop()
    job = submit()
    with events.listener(job.pk) as listener:
        assert listener.wait(0.15) is False
        transitions.cancel(job)
        assert listener.wait(0) is True


# --- Which jobs have a message --------------------------------------------------------------------


def test_queued_ids_are_those_that_dramatiq_holds(broker: RedisBroker) -> None:
    assert sweeps._queued_job_ids() == set()
    broker.enqueue(tasks.run_job.message("in-progress"))
    consumer = broker.consume(tasks.IMAGES, prefetch=1)
    taken = until(lambda: next(consumer), seconds=5)
    broker.enqueue(tasks.run_job.message("waiting"))
    broker.enqueue(tasks.run_job.message("to-be-tried-again"), delay=60_000)
    assert sweeps._queued_job_ids() == {"waiting", "in-progress", "to-be-tried-again"}
    assert taken.args == ("in-progress",)
    consumer.ack(taken)
    assert sweeps._queued_job_ids() == {"waiting", "to-be-tried-again"}


def test_a_thousand_messages_are_all_read(broker: RedisBroker) -> None:
    wanted = {f"job-{number}" for number in range(1000)}
    for name in wanted:
        broker.enqueue(tasks.run_job.message(name))
    assert sweeps._queued_job_ids() == wanted


def test_only_jobs_without_a_message_are_sent_again(
    broker: RedisBroker,
    submit: Callable[..., Job],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting, lost = submit(), submit(edge=12)  # equal work would be one job
    long_ago = timezone.now() - timedelta(minutes=1)
    Job.objects.update(queued_at=long_ago)
    broker.enqueue(tasks.run_job.message(str(waiting.pk)))

    def send(job_id: str) -> None:
        broker.enqueue(tasks.run_job.message(job_id))

    monkeypatch.setattr(tasks.run_job, "send", send)
    assert sweeps.lost_messages() == 1
    assert sweeps._queued_job_ids() == {str(waiting.pk), str(lost.pk)}
    assert broker.do_qsize(tasks.IMAGES) == 2
    Job.objects.update(queued_at=long_ago)
    assert sweeps.lost_messages() == 0


def test_nothing_is_sent_while_the_queue_is_down(
    fading: Server,
    submit: Callable[..., Job],  # noqa: F811
    db: None,
) -> None:
    job = submit()
    long_ago = timezone.now() - timedelta(minutes=1)
    Job.objects.update(queued_at=long_ago)
    fading.stop()
    assert sweeps.lost_messages() == 0
    assert Job.objects.get(pk=job.pk).queued_at == long_ago  # looked at again at the next round


def test_a_batch_gets_as_many_messages_as_it_lacks(
    broker: RedisBroker,
    owner: Seller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker.declare_queue(tasks.BATCHES)
    members = [batches.Member("a.jpg", owner.image(photo((60 + n, 40)))) for n in range(4)]
    batches.submit(owner.caller, RemoveBackground(), pictures=members)
    Job.objects.update(queued_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(
        tasks.run_one_of_a_batch, "send", lambda: broker.enqueue(tasks.run_one_of_a_batch.message())
    )
    message = tasks.run_one_of_a_batch.message
    broker.enqueue(message())
    consumer = broker.consume(tasks.BATCHES, prefetch=1)
    taken = until(lambda: next(consumer), seconds=5)  # by a worker that may have died since
    broker.enqueue(message())
    broker.enqueue(message(), delay=60_000)
    assert sweeps.lost_batch_messages() == 2
    assert broker.client.llen("dramatiq:batches") == 3
    assert sweeps.lost_batch_messages() == 0
    consumer.ack(taken)
    Job.objects.update(state="failed", ended_at=timezone.now())
    assert sweeps.lost_batch_messages() == 0


# --- Workers that are there -----------------------------------------------------------------------


class Models:
    """Notes which models were warmed, and how many workers were announced at that moment."""

    def __init__(self) -> None:
        self.warmed: list[tuple[str, int]] = []

    def warm(self, name: str) -> None:
        self.warmed.append((name, warm_workers("images")))


@pytest.mark.parametrize(
    ("names", "warms", "niceness", "cores"),
    [({"images"}, True, [], 2), ({"batches"}, False, [10], 1), ({"previews"}, False, [19], 2)],
)
def test_a_worker_announces_itself_once_it_is_warm(
    client: redis.Redis,
    broker: RedisBroker,
    monkeypatch: pytest.MonkeyPatch,
    names: set[str],
    warms: bool,
    niceness: list[int],
    cores: int,
) -> None:
    models, [name] = Models(), names
    niced: list[int] = []
    monkeypatch.setattr("processing.worker.heartbeat.os.nice", niced.append)
    monkeypatch.setattr(runtime, "registry", lambda: models)
    monkeypatch.setattr(runtime, "_one_core", False)
    broker.add_middleware(WorkerHeartbeat())
    worker = Worker(broker, queues=names, worker_threads=3)
    worker.start()
    try:
        until(lambda: warm_workers(name), seconds=10)
        assert (worker.queue_prefetch, worker.worker_timeout) == (3, 1000)
        assert runtime.threads() == cores
        assert models.warmed == ([("fast", 0)] if warms else [])
        assert niced == niceness
        [key] = client.keys("packshot:worker:*")
        assert key.startswith(f"packshot:worker:{name}:")
        assert client.get(key) == f"{os.getpid()} {process_marks.mark()}"
        assert 0 < client.ttl(key) <= 150
    finally:
        worker.stop()
    until(lambda: warm_workers(name) == 0, seconds=10)


@pytest.mark.parametrize(("own_workers", "is_ready"), [("1", False), ("0", True)])
def test_a_worker_of_an_earlier_start_makes_no_site_ready(
    client: redis.Redis, running: Server, tmp_path: Path, own_workers: str, is_ready: bool
) -> None:
    env = {"VAR_DIR": str(tmp_path), "REDIS_URL": running.url, "IMAGE_WORKERS": own_workers}
    queue_stage, _, workers, _ = stages(Site.from_env(env, tmp_path))
    client.set("packshot:worker:images:a", "1 mark")
    assert queue_stage.is_ready()
    assert workers.is_ready() == is_ready
    client.set("packshot:worker:images:b", "2 mark")
    assert workers.is_ready()


def test_workers_are_counted_by_queue(client: redis.Redis) -> None:
    for key in ("images:a", "images:b", "previews:c"):
        client.set(f"packshot:worker:{key}", "1 another-machine:0123")
    assert (warm_workers("images"), warm_workers("previews")) == (2, 1)


def test_of_this_machine_only_the_living_are_counted(client: redis.Redis) -> None:
    mine = process_marks.mark()
    client.set("packshot:worker:images:a", f"{os.getpid()} {mine}")
    client.set("packshot:worker:images:b", f"1 {mine.partition(':')[0]}:0123456789abcdef")
    assert warm_workers("images") == 1


def test_without_a_queue_no_worker_is_known(fading: Server) -> None:
    with redis.Redis.from_url(fading.url) as client:
        client.set("packshot:worker:images:a", 1)
    assert warm_workers("images") == 1
    fading.stop()
    assert warm_workers("images") == 0
