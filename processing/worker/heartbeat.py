"""A worker warms its models before it takes work, and says so as long as it lives."""

from __future__ import annotations

import os
import threading
from uuid import uuid4

import dramatiq
import structlog
from django.conf import settings
from dramatiq.middleware import Middleware

from config.failures import process_marks
from config.failures.outages import QUEUE_ERRORS
from config.observability import queue_client
from config.queue_names import WORKER_KEY
from processing.delivery.attempts import QUEUE as WEBHOOKS
from processing.engine import memory
from processing.worker import runtime
from processing.worker.tasks import BATCHES, IMAGES, release_unfinished

log = structlog.get_logger(__name__)
# Single pictures, for which somebody waits, come first; batches take what they leave of the processor,
# and errands what those leave, which is much: a picture of a batch uses one core half of the time.
# Webhooks are no burden: they wait for receivers, who wait for them.
_BATCH_NICENESS, _ERRAND_NICENESS = 10, 19
_UNTOLD_MS = 1_000  # how long a message goes unnoticed of which nobody told (config.broker)
# How long a worker is believed after its last word. One of the reader's own machine is believed for as
# long as it lives (config.failures.process_marks), so this is for those of others: it outlasts three words,
# and any pass of a network that keeps the worker from saying them.
_SECONDS = 150
# How long a network that only some pictures need stays loaded after the last of them; looked at with
# each word, so it may be 50 s more.
_UNUSED_SECONDS = 60


class WorkerHeartbeat(Middleware):
    """``packshot:worker:images:<id>`` exists while a worker can cut out at once.

    Its value is the worker's process, and that one's mark. /readyz and the launcher read it; the models
    are loaded before the first message is taken.
    """

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        # Messages in progress count as prefetched: fewer than threads would leave one idle, and more
        # would keep messages from other workers.
        worker.queue_prefetch = worker.worker_threads
        worker.worker_timeout = _UNTOLD_MS
        if worker.consumer_whitelist and IMAGES in worker.consumer_whitelist:
            runtime.warm(settings.DEFAULT_MODEL)
            log.info("worker.warm", model=settings.DEFAULT_MODEL, pid=os.getpid())
        elif BATCHES in (worker.consumer_whitelist or ()):
            os.nice(_BATCH_NICENESS)
            runtime.use_one_core()
            memory.keep_freed()
        elif worker.consumer_whitelist and WEBHOOKS not in worker.consumer_whitelist:
            os.nice(_ERRAND_NICENESS)

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        # Now that the model is loaded: the limit is on what comes on top of it.
        if settings.JOB_MEMORY_MB:
            memory.limit_growth(settings.JOB_MEMORY_MB)
        self._stopping = threading.Event()
        queues = sorted(worker.consumer_whitelist or broker.get_declared_queues())
        keys = [f"{WORKER_KEY}:{queue}:{uuid4().hex}" for queue in queues]
        threading.Thread(
            target=_announce, args=(keys, self._stopping), daemon=True, name="heartbeat"
        ).start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._stopping.set()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        release_unfinished()


def _announce(keys: list[str], stopping: threading.Event) -> None:
    while True:
        try:
            for key in keys:
                queue_client().set(key, f"{os.getpid()} {_mark()}", ex=_SECONDS)
        except QUEUE_ERRORS:
            log.warning("worker.heartbeat_not_sent")
        _let_go()
        memory.give_back()  # what small pictures left behind
        if stopping.wait(_SECONDS / 3):
            break
    try:
        queue_client().delete(*keys)
    except QUEUE_ERRORS:
        log.warning("worker.heartbeat_not_removed")


def _let_go() -> None:
    """Unload what nothing needs. If that fails, the worker still has to say that it lives."""
    try:
        gone = runtime.let_go(_UNUSED_SECONDS)
    except (MemoryError, OSError, RuntimeError):  # RuntimeError is what networks' libraries raise
        log.exception("worker.networks_not_let_go", pid=os.getpid())
        return
    if gone:
        log.info("worker.networks_let_go", networks=gone, pid=os.getpid())


def _mark() -> str:
    try:
        return process_marks.mark()
    except OSError:  # a full disk: then this worker is only believed for a while, as one elsewhere
        return ""
