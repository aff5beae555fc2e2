"""What the API's documentation shows."""

from __future__ import annotations

from typing import Any

TOOL_ANSWER: dict[str, Any] = {
    "originalImageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "processedImageId": "img_9hRk3LmQpXwYt6Zb4VnCd2",
    "displayUrl": "data:image/png;base64,iVBORw0KGgo…",
    "correctedOriginalUrl": None,
    "immediate": True,
    "projectId": "proj_7Yk2mTq9bWv4sXc1dNe8Hr",
}
JOB: dict[str, Any] = {
    "id": "job_5JtKd8WcVr3nXy7LqPzEm6",
    "operation": "remove-background",
    "state": "completed",
    "options": {
        "model": "fast",
        "edge": "standard",
        "output": "cutout",
        "cleanUp": {"islands": True, "pinholes": True, "shadow": True, "keepHanger": True},
        "format": "png",
        "bgColor": None,
        "crop": False,
        "keepExistingAlpha": False,
    },
    "sourceImageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "resultImageId": "img_9hRk3LmQpXwYt6Zb4VnCd2",
    "resultUrl": "https://packshot.example/content/img_9hRk3LmQpXwYt6Zb4VnCd2/file?expires=…",
    "error": None,
    "attempts": 1,
    "report": {
        "provider": "rembg/u2netp",
        "model": "u2netp",
        "engineVersion": 1,
        "uncertainty": 0.04,
        "subjectBox": [412, 230, 2688, 3900],
        "seconds": {"decode": 0.07, "matte": 0.31, "edge": 0.05, "compose": 0.02, "encode": 0.31},
    },
    "createdAt": "2026-05-04T09:30:00Z",
    "startedAt": "2026-05-04T09:30:00Z",
    "endedAt": "2026-05-04T09:30:01Z",
}
MODEL: dict[str, Any] = {
    "name": "u2netp",
    "aliases": ["fast"],
    "installed": True,
    "licence": "Apache-2.0",
    "description": "U2-Net-p: small and quick.",
}


def page(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "page": 1, "pageSize": 20, "total": len(items)}
