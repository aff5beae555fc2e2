"""What the documentation of webhooks shows."""

from __future__ import annotations

from typing import Any

WEBHOOK: dict[str, Any] = {
    "id": "wh_4HsLd7VbUq2mWx6KpNyCk5",
    "url": "https://shop.example/packshot",
    "description": "Sends finished photos to the shop",
    "events": ["job.completed", "job.failed"],
    "enabled": True,
    "notice": "",
    "dialect": "",
    "failingSince": None,
    "previousSecretUntil": None,
    "createdAt": "2026-05-04T09:30:00Z",
    "updatedAt": "2026-05-04T09:30:00Z",
}
NEW_WEBHOOK = {**WEBHOOK, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0Vt4nBXmXy0="}
PAYLOAD: dict[str, Any] = {
    "type": "job.completed",
    "timestamp": "2026-05-04T09:30:01.204117Z",
    "data": {
        "jobId": "job_5JtKd8WcVr3nXy7LqPzEm6",
        "operation": "remove-background",
        "state": "completed",
        "sourceImageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
        "resultImageId": "img_9hRk3LmQpXwYt6Zb4VnCd2",
        "batchId": None,
        "error": None,
    },
}
DELIVERY: dict[str, Any] = {
    "id": "whd_6LqPzEm65JtKd8WcVr3nXy",
    "event": "job.completed",
    "state": "delivered",
    "payload": PAYLOAD,
    "attempts": [
        {
            "number": 1,
            "status": 200,
            "seconds": 0.183,
            "error": "",
            "answer": "ok",
            "createdAt": "2026-05-04T09:30:01.391204Z",
        }
    ],
    "nextAttemptAt": None,
    "createdAt": "2026-05-04T09:30:01.204117Z",
    "endedAt": "2026-05-04T09:30:01.391204Z",
}
TEST_DELIVERY: dict[str, Any] = {
    **DELIVERY,
    "event": "webhook.test",
    "payload": {
        "type": "webhook.test",
        "timestamp": PAYLOAD["timestamp"],
        "data": {"webhookId": WEBHOOK["id"]},
    },
}
REPLAYED = {
    **DELIVERY,
    "state": "pending",
    "nextAttemptAt": "2026-05-04T10:00:00Z",
    "endedAt": None,
}
