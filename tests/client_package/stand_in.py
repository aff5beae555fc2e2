"""A site in a few lines, for the command: it keeps photos, and "makes" each result of its photo's bytes."""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from typing import Any

import httpx

from tests.client_package.conftest import data, refused

MOMENT = "2026-05-04T09:30:00Z"


class StandIn:
    """Counts what it was asked for. Photos that begin with `text` are refused, those with `empty` show
    no product."""

    def __init__(self) -> None:
        self.photos: dict[str, tuple[str, bytes]] = {}
        self.results: dict[str, bytes] = {}
        self.made: list[dict[str, Any]] = []
        self.batches: dict[str, dict[str, Any]] = {}
        self.uploads = 0
        self.quota = 1000
        self.keys: set[str] = set()
        self.interrupts = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.keys.add(request.headers.get("Authorization", ""))
        path = request.url.path.removeprefix("/api/v1")
        for pattern, method, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if found and request.method == method:
                answered: httpx.Response = answer(request, *found.groups())
                return answered
        raise AssertionError(f"Nobody answers {request.method} {path}.")

    def _routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("/images", "POST", self._upload),
            (r"/images/(img_\w+)", "GET", self._image),
            (r"/images/(img_\w+)/content", "GET", self._content),
            (r"/files/(img_\w+)", "GET", lambda _, name: httpx.Response(200, content=self.results[name])),
            ("/images/tools/(remove-background|edit)", "POST", self._work),
            ("/auth/me", "GET", lambda _: refused(403, "PERMISSION_DENIED")),
            ("/presets", "GET", lambda _: data(page(preset("preset_1", "My look")))),
            ("/presets/ready", "GET", lambda _: data([ready("look_amazon", "Amazon"), ready("look_ebay", "eBay")])),
            ("/packs", "GET", lambda _: data(page(pack("pack_1", "Spring shop")))),
            ("/packs/ready", "GET", lambda _: data([ready_pack()])),
            ("/batch", "POST", self._batch),
            (r"/batch/(\w+)/retry", "POST", self._retry),
            (r"/batch/(\w+)", "GET", lambda _, name: data(self.batches[name])),
            (r"/batch/(\w+)/events", "GET", self._events),
        ]  # fmt: skip

    def _upload(self, request: httpx.Request) -> httpx.Response:
        kind = request.headers["Content-Type"].encode()
        form = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + request.content)
        [part] = [one for one in form.get_payload() if one.get_filename()]  # type: ignore[union-attr]
        content = part.get_payload(decode=True)  # type: ignore[union-attr]
        assert isinstance(content, bytes)
        self.uploads += 1
        if content.startswith(b"text"):
            wrong = "The file is no picture."
            return refused(400, "VALIDATION_ERROR", wrong, fields={"file": [wrong]})
        name = f"img_p{self.uploads}"
        self.photos[name] = (str(part.get_filename()), content)  # type: ignore[union-attr]
        return data(image(name), 201)

    def _image(self, _: httpx.Request, name: str) -> httpx.Response:
        if name in self.photos or name in self.results:
            return data(image(name))
        return refused(404, "NOT_FOUND", "There is no such image.")

    def _content(self, _: httpx.Request, name: str) -> httpx.Response:
        return httpx.Response(302, headers={"Location": f"/api/v1/files/{name}"})

    def _work(self, request: httpx.Request, tool: str) -> httpx.Response:
        body = json.loads(request.content)
        if body["imageId"] not in self.photos:
            return refused(404, "NOT_FOUND", "There is no such image.")
        if self.quota <= len(self.made):
            return refused(403, "QUOTA_EXCEEDED", "The month's quota is used up.")
        _, content = self.photos[body["imageId"]]
        if content.startswith(b"empty"):
            return refused(422, "NOTHING_FOUND", "The photo shows no product.")
        self.made.append(body | {"tool": tool})
        return data(made(body["imageId"], self._result(content)))

    def _result(self, content: bytes) -> str:
        name = f"img_r{len(self.results) + 1}"
        self.results[name] = b"made of " + content
        return name

    def _batch(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        name = f"batch_{len(self.batches) + 1}"
        names = {"look_amazon": "Amazon", "look_ebay": "eBay", "preset_1": "My look"}
        packs = {
            "market_ebay": [("eBay", "ebay"), ("eBay 1600", "ebay")],
            "pack_1": [("eBay", "ebay")],
        }
        places = [(names[look], "") for look in body.get("presetIds", [])]
        places += [place for one in body.get("packIds", []) for place in packs[one]]
        items = [
            self._item(photo, *place)
            for photo in body["imageIds"]
            for place in dict.fromkeys(places) or [("", "")]
        ]
        self.batches[name] = {
            **{"batchId": name, "operation": "edit", "looks": [], "totalImages": len(items)},
            **{"state": "completed", "createdAt": MOMENT, "endedAt": MOMENT},
            **{"progress": 100, "items": items, "asked": body, "retried": 0},
            "counts": {"failed": sum(item["state"] == "failed" for item in items)},
        }
        return data({"batchId": name, "totalImages": len(items)}, 201)

    def _item(self, photo: str, look: str, market: str) -> dict[str, Any]:
        name, content = self.photos[photo]
        empty = content.startswith(b"empty")
        error = {"code": "NOTHING_FOUND", "message": "The photo shows no product."}
        return {
            **{"position": 0, "name": name, "look": look, "market": market, "imageId": photo},
            **{"needsLook": None, "state": "failed" if empty else "completed", "jobId": "job_1"},
            "resultImageId": None if empty else self._result(f"{look}{market}".encode() + content),
            **{"resultUrl": None, "error": error if empty else None},
        }

    def _retry(self, _: httpx.Request, name: str) -> httpx.Response:
        batch = self.batches[name]
        batch["retried"] += 1
        for item in batch["items"]:
            if item["state"] == "failed":
                item |= self._item(item["imageId"], item["look"], item["market"])
        return data({"retried": 1, "batch": batch})

    def _events(self, _: httpx.Request, name: str) -> httpx.Response:
        if self.interrupts:
            self.interrupts -= 1
            raise KeyboardInterrupt
        text = (
            'id: 1\nevent: batch.progress\ndata: {"completed": 1, "total": 1}\n\n'
            "id: 2\nevent: batch.completed\ndata: {}\n\n"
        )
        return httpx.Response(200, text=text, headers={"Content-Type": "text/event-stream"})


def image(name: str) -> dict[str, Any]:
    return {
        **{
            "id": name,
            "name": "x",
            "kind": "original",
            "format": "jpeg",
            "mediaType": "image/jpeg",
        },
        **{"width": 4, "height": 3, "bytes": 5, "hasAlpha": False, "parentId": None, "tags": []},
        **{"projectId": "proj_1", "jobId": None, "createdAt": MOMENT, "favorite": False},
        **{"needsLook": None, "url": "/x", "thumbnailUrl": None},
    }


def made(photo: str, result: str) -> dict[str, Any]:
    return {
        **{"originalImageId": photo, "processedImageId": result, "displayUrl": "/x"},
        **{"projectId": "proj_1", "report": None},
    }


def preset(name: str, title: str) -> dict[str, Any]:
    return {"id": name, "name": title, "operation": "edit", "edit": {}}


def ready(name: str, title: str) -> dict[str, Any]:
    return {"id": name, "name": title, "group": "marketplace", "edit": {}, "reasons": []}


def page(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items), "page": 1, "pageSize": 100, "total": len(items)}


def pack(name: str, title: str) -> dict[str, Any]:
    looks = [
        {"presetId": "look_ebay", "name": "eBay", "market": "ebay"},
        {"presetId": "preset_9", "name": None, "market": "shop"},
    ]
    return {"id": name, "name": title, "looks": looks}


def ready_pack() -> dict[str, Any]:
    looks = [ready("look_ebay", "eBay"), ready("look_ebay-1600", "eBay 1600")]
    return {"id": "market_ebay", "name": "eBay", "market": "ebay", "looks": looks}
