"""What the queue's server calls things: the launcher names them, too, which has no Django loaded."""

from __future__ import annotations

# packshot:worker:<queue>:<any>, with its process and that one's mark: warm while key and process are there.
WORKER_KEY = "packshot:worker"
# All queues there are: what somebody waits for comes first (config.worker has their actors).
QUEUES = ("images", "studio", "batches", "previews", "copies", "accounts", "buckets", "webhooks")
# packshot:calls:<account>: the last calls of its programs (accounts.limits.call_log).
CALLS = "packshot:calls"
# The hash of all that processes count (config.metrics).
METRICS = "packshot:metrics"


def channel(queue: str) -> str:
    """Where senders tell of a queue's messages."""
    return f"packshot:queued:{queue}"


def later(queue: str) -> str:
    """Dramatiq's queue of this one's messages for later."""
    return f"{queue}.DQ"


def untaken(queue: str) -> str:
    """Dramatiq's list of a queue's messages that no worker has taken."""
    return f"dramatiq:{queue}"


def unacknowledged(queue: str) -> str:
    """Dramatiq's hash of a queue's messages, those included that are being worked on."""
    return f"dramatiq:{queue}.msgs"
