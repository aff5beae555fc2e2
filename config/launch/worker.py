"""A worker process of the site: ``python -m config.launch.worker -Q previews copies -t 2``.

It does what ``dramatiq config.worker`` does in each of its processes, without the master that only
starts them: here the launcher does. With ``--leave-after`` it ends when there was no work for so
long; the launcher starts it again when some comes.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import dramatiq
from dramatiq.middleware import Middleware

from config.failures.outages import QUEUE_ERRORS
from config.launch.lifeline import die_with_parent
from config.observability import queue_client
from config.queue_names import later, unacknowledged

# Threads get this long, then unfinished messages are handed back to the queue: shortly before the
# launcher's own patience of 20 s is over.
SHUTDOWN_MS = 18_000


class LastWork(Middleware):
    """Knows when this process last had something to do.

    What ``has_errands`` tells of counts too: a process that leaves ends after the last of them, and no
    other is started for its queues meanwhile.
    """

    def __init__(self, has_errands: Callable[[], bool]) -> None:
        self._has_errands = has_errands
        self._ended = time.monotonic()

    def after_process_message(
        self,
        broker: dramatiq.Broker,
        message: dramatiq.broker.MessageProxy,
        *,
        result: object = None,
        exception: BaseException | None = None,
    ) -> None:
        self._ended = time.monotonic()

    def seconds_ago(self, queues: list[str]) -> float:
        """How long there has been nothing to do. Messages for later count as work."""
        try:
            client = queue_client()
            held = sum(
                int(client.hlen(unacknowledged(name)))
                for queue in queues
                for name in (queue, later(queue))
            )
        except QUEUE_ERRORS:
            held = 1  # nobody knows
        if held or self._has_errands():
            self._ended = time.monotonic()
        return time.monotonic() - self._ended


def main() -> int:
    """Work until told to stop, or until there was nothing to do for long enough."""
    die_with_parent()
    arguments = _arguments()
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    # Only now: what it loads takes a while, in which a signal may come.
    from config.worker import broker, has_errands

    last_work = LastWork(has_errands)
    broker.add_middleware(last_work)
    worker = dramatiq.Worker(broker, queues=set(arguments.queues), worker_threads=arguments.threads)
    worker.start()
    if arguments.leave_after:
        while not stopping.wait(arguments.leave_after / 4):
            if last_work.seconds_ago(arguments.queues) >= arguments.leave_after:
                break
    else:
        stopping.wait()
    worker.stop(timeout=SHUTDOWN_MS)
    broker.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-Q", "--queues", nargs="+", required=True)
    parser.add_argument("-t", "--threads", type=int, default=1)
    parser.add_argument(
        "--leave-after", type=float, default=0.0, help="seconds without work; 0: never"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
