"""What the API's documentation shows of checks and repairs."""

from __future__ import annotations

from typing import Any

from listings.api.examples import IMAGE_ID

SOURCE = {
    "name": "Mercatus Lab, Amazon product image requirements",
    "url": "https://mercatuslab.com/blog/amazon-product-image-requirements",
    "read": "2026-11-21",
    "certainty": "secondary",
}
_MESSAGE = "The cover's background is not white; pure white is required."
REPORT: dict[str, Any] = {
    "platform": "amazon",
    "ok": False,
    "score": 80,
    "reasons": [{"points": -20, "message": _MESSAGE}],
    "problems": [
        {
            "rule": "cover_white",
            "level": "error",
            "field": "imageIds",
            "message": _MESSAGE,
            "found": "not white",
            "limit": True,
            "source": SOURCE,
            "imageId": IMAGE_ID,
            "repair": {"imageId": IMAGE_ID, "platform": "amazon"},
        }
    ],
    "unchecked": [{"message": "The main photo shows the product alone.", "source": SOURCE}],
}
REPAIR: dict[str, Any] = {
    "platform": "amazon",
    "originalImageId": IMAGE_ID,
    "processedImageId": "img_8Qk4mTq9bWv4sXc1dNe8Hr",
    "displayUrl": "https://packshot.example/content/img_8Qk4mTq9bWv4sXc1dNe8Hr/file?expires=…",
    "jobId": "job_3Wq4fR2mXcV9sB1nTzKdLp",
    "state": "completed",
}
