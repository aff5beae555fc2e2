#!/usr/bin/env bash
# A retried Dramatiq message carries what the failed attempt did to its arguments.
#
# dramatiq 2.2.1 (StubBroker, which keeps messages encoded, and a worker of one thread)
#
# Guess: a message is fixed once it was sent, so that each attempt starts from the same arguments.
# Seen: a retry encodes the message again, with the very lists and dicts that the actor was given.
# The picture that an attempt had taken off the list when it failed is never seen by the next one,
# and the dict comes back with what was put into it.
# So: pass ids, or copy arguments before changing them.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check dramatiq==2.2.1
"$tmp/venv/bin/python" - >"$tmp/seen" 2>"$tmp/log" <<'PY' || { cat "$tmp/log"; exit 1; }
import dramatiq
from dramatiq.brokers.stub import StubBroker

broker = StubBroker()
broker.emit_after("process_boot")
dramatiq.set_broker(broker)
given = []


@dramatiq.actor(max_retries=2, min_backoff=1, max_backoff=1)
def resize(pictures, options):
    given.append((list(pictures), dict(options)))
    options["attempts"] = options.get("attempts", 0) + 1
    pictures.pop(0)
    if len(given) < 3:
        raise OSError("the disk is full")


resize.send(["front", "back", "label"], {})
worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=50)
worker.start()
try:
    broker.join(resize.queue_name, timeout=20_000, fail_fast=False)
    worker.join()
finally:
    worker.stop()
for attempt in given:
    print(*attempt)
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
['front', 'back', 'label'] {}
['back', 'label'] {'attempts': 1}
['label'] {'attempts': 2}
END
