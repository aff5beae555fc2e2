"""What the API's documentation shows."""

from __future__ import annotations

from typing import Any

_LINK = "https://packshot.example/content/img_2VfUX5sCNEcTGeZ8vKoGj1"

IMAGE: dict[str, Any] = {
    "id": "img_2VfUX5sCNEcTGeZ8vKoGj1",
    "name": "jacket.jpg",
    "kind": "original",
    "format": "jpeg",
    "mediaType": "image/jpeg",
    "width": 3024,
    "height": 4032,
    "bytes": 2481920,
    "hasAlpha": False,
    "orientation": 6,
    "frames": 1,
    "parentId": None,
    "projectId": "proj_7Yk2mTq9bWv4sXc1dNe8Hr",
    "jobId": None,
    "createdAt": "2026-05-04T09:30:00Z",
    "favorite": False,
    "tags": ["spring", "to sell"],
    "needsLook": None,
    "url": f"{_LINK}/file?expires=1777890600&signature=…",
    "thumbnailUrl": f"{_LINK}/thumbnail?expires=1777890600&signature=…",
}
TRASHED: dict[str, Any] = {
    **{name: IMAGE[name] for name in ("id", "name", "kind", "format", "mediaType")},
    **{name: IMAGE[name] for name in ("width", "height", "bytes", "parentId", "projectId")},
    "results": 2,
    "createdAt": "2026-05-04T09:30:00Z",
    "deletedAt": "2026-05-06T18:02:11Z",
    "deletedForGoodAt": "2026-06-05T18:02:11Z",
    "thumbnailUrl": f"{_LINK}/trashed?expires=1777890600&signature=…",
}
PROJECT: dict[str, Any] = {
    "id": "proj_7Yk2mTq9bWv4sXc1dNe8Hr",
    "name": "Spring catalog",
    "description": "Jackets and shoes, on white.",
    "type": "image",
    "status": "active",
    "isDefault": False,
    "counts": {"images": 42, "originals": 24, "derived": 18},
    "createdAt": "2026-05-04T09:29:58Z",
    "updatedAt": "2026-05-04T09:29:58Z",
}

BACKGROUND: dict[str, Any] = {
    "id": "bg_6Rd4LmTq8bWv3sXc2dNe9H",
    "name": "Our shop's wall",
    "category": "custom",
    "tags": ["wall", "warm"],
    "source": "upload",
    "background": {"image": {"imageId": IMAGE["id"]}},
    "imageId": IMAGE["id"],
    "url": IMAGE["url"],
    "thumbnailUrl": IMAGE["thumbnailUrl"],
    "favorite": False,
    "madeFrom": None,
    "createdAt": "2026-05-04T09:30:00Z",
}
BUILTIN_BACKGROUND: dict[str, Any] = {
    "id": "bg_builtin_linen",
    "name": "Linen",
    "category": "pattern",
    "tags": ["cloth", "beige", "natural"],
    "source": "builtin",
    "background": {"generated": {"prompt": "linen wall", "seed": 7, "provider": "studio"}},
    "imageId": None,
    "url": None,
    "thumbnailUrl": "https://packshot.example/static/backgrounds/linen.0f5d3c1a9b7e.webp",
    "favorite": False,
    "madeFrom": None,
    "createdAt": None,
}
