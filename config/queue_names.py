"""What the queue's server calls things: the launcher names them, too, which has no Django loaded."""

from __future__ import annotations

# packshot:worker:<queue>:<any>, with its process and that one's mark: warm while key and process are there.
WORKER_KEY = "packshot:worker"
CHANNEL = "packshot:queued:"  # and the queue's name: where senders tell of messages
