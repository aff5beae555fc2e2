"""What the documentation shows of buckets."""

from __future__ import annotations

from typing import Any, Final

BUCKET: Final[dict[str, Any]] = {
    "id": "bucket_2VfUX5sCNEcTGeZ8vKoGj1",
    "name": "Photo studio",
    "endpointUrl": "https://s3.eu-central-1.amazonaws.com",
    "region": "eu-central-1",
    "bucket": "shop-photos",
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "createdAt": "2026-05-04T09:30:00Z",
    "updatedAt": "2026-05-04T09:30:00Z",
}
NEW_BUCKET: Final = {
    "name": "Photo studio",
    "region": "eu-central-1",
    "bucket": "shop-photos",
    "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "secretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
CHECKED: Final[dict[str, Any]] = {
    "read": {"ok": True, "code": None, "error": None},
    "write": {
        "ok": False,
        "code": "BUCKET_DENIED",
        "error": "The access key has no right to do this.",
    },
    "left": False,
}
