"""What the API's documentation shows."""

from __future__ import annotations

from typing import Any

from processing.commands import RemoveBackground, options_of

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
    "options": options_of(RemoveBackground().stored()),
    "sourceImageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "resultImageId": "img_9hRk3LmQpXwYt6Zb4VnCd2",
    "resultUrl": "https://packshot.example/content/img_9hRk3LmQpXwYt6Zb4VnCd2/file?expires=…",
    "error": None,
    "attempts": 1,
    "report": {
        "provider": "mnn/u2netp",
        "model": "u2netp",
        "engineVersion": 3,
        "uncertainty": 0.04,
        "subjectBox": [412, 230, 2688, 3900],
        "looks": [
            {
                "network": "u2netp",
                "provider": "mnn/u2netp",
                "region": None,
                "reason": "first",
                "outcome": "believed",
            }
        ],
        "seconds": {"decode": 0.07, "matte": 0.31, "edge": 0.05, "compose": 0.02, "encode": 0.31},
    },
    "createdAt": "2026-05-04T09:30:00Z",
    "startedAt": "2026-05-04T09:30:00Z",
    "endedAt": "2026-05-04T09:30:01Z",
}
EDIT_ANSWER: dict[str, Any] = {
    "originalImageId": TOOL_ANSWER["originalImageId"],
    "processedImageId": TOOL_ANSWER["processedImageId"],
    "displayUrl": "data:image/jpeg;base64,/9j/4AAQSkZJ…",
    "immediate": True,
    "projectId": TOOL_ANSWER["projectId"],
    "report": JOB["report"],
}
ENHANCE_ANSWER: dict[str, Any] = EDIT_ANSWER | {
    "report": {
        "provider": "room",
        "model": "",
        "engineVersion": JOB["report"]["engineVersion"],
        "uncertainty": 0.0,
        "isClipped": False,
        "subjectBox": None,
        "seconds": {
            "decode": 0.12,
            "measure": 0.11,
            "straighten": 0.17,
            "enhance": 0.2,
            "encode": 0.05,
        },
        "room": {
            "cast": [0.081, -0.124],
            "noise": 1.4,
            "roll": -1.28,
            "pitch": 3.06,
            "straightened": "done",
            "privacy": None,
            "sky": None,
            "threesixty": False,
            "windows": None,
            "upscaledBy": None,
            "lens": {
                "source": "database",
                "camera": "Canon EOS 5D Mark IV",
                "lens": "Canon EF 16-35mm f/4L IS USM",
                "distortion": None,
                "corrected": ["distortion", "fringes"],
            },
        },
    }
}
MERGE_HDR_ANSWER: dict[str, Any] = ENHANCE_ANSWER | {
    "report": ENHANCE_ANSWER["report"]
    | {
        "seconds": {"decode": 0.4, "merge": 2.1, "straighten": 0.31, "enhance": 0.38},
        "hdr": {
            "reference": 1,
            "stops": [-2.0, 0.0, 2.0],
            "stopsFrom": "exif",
            "shifts": [12.4, 0.0, 7.9],
            "moving": 0.012,
        },
    }
}
GENERATE_ANSWER: dict[str, Any] = {
    "originalImageId": TOOL_ANSWER["originalImageId"],
    "processedImageId": TOOL_ANSWER["processedImageId"],
    "displayUrl": "data:image/png;base64,iVBORw0KGgo…",
    "projectId": TOOL_ANSWER["projectId"],
    "provider": "studio",
    "seed": 20260504,
    "notUnderstood": [],
    "pose": "lying",
    "view": "above",
}
PRESET: dict[str, Any] = {
    "id": "preset_3Xc9LmTq7bWv2sYd5dNe6K",
    "uuid": "6c9b8f5e-2a51-4a63-9f0e-0c1f4f6f2d11",
    "name": "Catalogue",
    "operation": "edit",
    "edit": {
        "layout": {"size": "2000x2000", "padding": {"top": 0.1, "bottom": 0.1}},
        "background": {"color": "#ffffff"},
        "shadow": {"mode": "soft"},
        "export": {"format": "jpg"},
    },
    "enhance": None,
    "createdAt": "2026-05-04T09:30:00Z",
    "updatedAt": "2026-05-04T09:30:00Z",
}
READY_PRESET: dict[str, Any] = {
    "id": "look_amazon",
    "name": "Amazon",
    "group": "marketplace",
    "edit": {
        "layout": {"size": "2000x2000", "padding": {"top": 0.05, "bottom": 0.05}, "snap": False},
        "background": {"color": "#ffffff"},
        "export": {"format": "jpg", "quality": 90},
    },
    "reasons": [
        {
            "text": "White background",
            "certainty": "secondary",
            "source": "Mercatus Lab, Amazon product image requirements",
            "url": "https://mercatuslab.com/blog/amazon-product-image-requirements",
        }
    ],
}
PACK: dict[str, Any] = {
    "id": "pack_8Nb3KmTq2bZv9sXc5dNe4W",
    "name": "Spring shop",
    "looks": [
        {"presetId": PRESET["id"], "name": PRESET["name"], "market": "shop"},
        {"presetId": "look_amazon", "name": "Amazon", "market": "amazon"},
    ],
    "createdAt": "2026-05-04T09:30:00Z",
    "updatedAt": "2026-05-04T09:30:00Z",
}
READY_PACK: dict[str, Any] = {
    "id": "market_amazon",
    "name": "Amazon",
    "market": "amazon",
    "looks": [READY_PRESET],
}
BATCH_CREATED: dict[str, Any] = {"batchId": "batch_4Wd8KmTq2bZv9sXc5dNe7R", "totalImages": 24}
BATCH: dict[str, Any] = {
    "batchId": "batch_4Wd8KmTq2bZv9sXc5dNe7R",
    "operation": "remove-background",
    "looks": [],
    "packs": [],
    "namePattern": "",
    "totalImages": 1,
    "state": "completed",
    "source": None,
    "destination": None,
    "createdAt": "2026-05-04T09:30:00Z",
    "endedAt": "2026-05-04T09:30:01Z",
    "counts": {
        **{"total": 1, "pending": 0, "processing": 0},
        **{"completed": 1, "failed": 0, "cancelled": 0},
    },
    "progress": 100,
    "items": [
        {
            "position": 0,
            "needsLook": None,
            "name": "shoe.jpg",
            "look": "",
            "market": "",
            "imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
            "jobId": "job_5JtKd8WcVr3nXy7LqPzEm6",
            "state": "completed",
            "resultImageId": "img_9hRk3LmQpXwYt6Zb4VnCd2",
            "resultUrl": "https://packshot.example/content/img_9hRk3LmQpXwYt6Zb4VnCd2/file?…",
            "error": None,
            "key": "",
            "written": None,
        }
    ],
}
MODEL: dict[str, Any] = {
    "name": "u2netp",
    "aliases": ["fast"],
    "installed": True,
    "runtime": "mnn",
    "licence": "Apache-2.0",
    "description": "U2-Net-p: small and fast.",
}
MANIFEST: dict[str, Any] = {
    "batchId": BATCH["batchId"],
    "operation": "edit",
    "packs": ["Amazon"],
    "namePattern": "{sku}-{market}-{n}",
    "counts": BATCH["counts"] | {"progress": 100},
    "items": [
        {
            "position": 0,
            "source": "shoe.jpg",
            "look": "Amazon",
            "market": "amazon",
            "imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
            "state": "completed",
            "file": "amazon/shoe-amazon-1.jpg",
            "width": 2000,
            "height": 2000,
            "bytes": 214_321,
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "code": None,
            "error": None,
            "key": None,
            "writeError": None,
        }
    ],
}
