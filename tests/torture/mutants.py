"""Send 1,500 broken pictures to a site: each gets a precise answer, none an error of ours."""

from __future__ import annotations

import argparse
import io
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import Image

from tests.system.sellers import Seller, photo
from tests.system.site import Site

REFUSALS = {400, 413, 415, 422}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1500)
    chosen = parser.parse_args()
    with Site() as site, site.client(site.demo("enterprise")["apiKey"]) as client:
        torture(site, Seller(client), random.Random(chosen.seed), chosen.count)


def torture(site: Site, seller: Seller, dice: random.Random, count: int) -> None:
    web, workers = site.pid("web"), site.worker_pids()
    sources = pictures()
    answers: Counter[str] = Counter()
    taken: list[str] = []
    slowest = 0.0
    for number in range(count):
        kind = dice.choice(sorted(sources))
        data = mutated(sources[kind], dice)
        began = time.monotonic()
        answer = seller.client.post("/images", files={"file": (f"{number}.{kind}", data)})
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status_code == 201 or answer.status_code in REFUSALS, (kind, answer.text)
        shown = answer.json()
        answers["taken" if answer.status_code == 201 else shown["code"]] += 1
        if answer.status_code == 201:
            taken.append(shown["data"]["id"])
    print(f"{count} files: {dict(answers)}, the slowest answer took {slowest:.2f} s")
    ends = Counter(how_it_ends(seller, taken))
    print(f"{len(taken)} cut out: {dict(ends)}")
    assert "INTERNAL_ERROR" not in ends
    assert "WORKER_LOST" not in ends
    assert (site.pid("web"), site.worker_pids()) == (web, workers)


def how_it_ends(seller: Seller, taken: list[str]) -> Iterator[str]:
    """How cutting out ends for those that were taken: every batch of 100 a line of states or codes."""
    for start in range(0, len(taken), 100):
        batch_id = seller.batch(taken[start : start + 100])
        for item in seller.batch_ended(batch_id, seconds=900)["items"]:
            yield item["error"]["code"] if item["error"] else item["state"]


def pictures() -> dict[str, bytes]:
    """One small whole picture of each kind, by the ending of its name."""
    pixels = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(photo(320, 240), np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB
    )
    picture = Image.fromarray(pixels)
    heif = io.BytesIO()
    pillow_heif.from_pillow(picture).save(heif, quality=60)
    kinds: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
        "jpg": (picture, "JPEG", {"quality": 88}),
        "progressive.jpg": (picture, "JPEG", {"progressive": True}),
        "cmyk.jpg": (picture.convert("CMYK"), "JPEG", {}),
        "png": (picture, "PNG", {}),
        "palette.png": (picture.quantize(64), "PNG", {"transparency": 0}),
        "gray16.png": (Image.fromarray(pixels[..., 0].astype(np.uint16) * 257), "PNG", {}),
        "webp": (picture, "WEBP", {"quality": 70}),
        "lossless.webp": (picture, "WEBP", {"lossless": True}),
        "lzw.tif": (picture, "TIFF", {"compression": "tiff_lzw"}),
        "deflated.tif": (picture, "TIFF", {"compression": "tiff_adobe_deflate"}),
        "gif": (picture.quantize(64), "GIF", {}),
        "avif": (picture, "AVIF", {"quality": 60}),
    }
    return {"heic": heif.getvalue()} | {name: encoded(*what) for name, what in kinds.items()}


def encoded(picture: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The file with one to three faults, most of them near its head, where the structure is."""
    broken = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        dice.choice([_flip, _flip, _cut, _zero, _double, _number])(broken, dice)
    return bytes(broken)


def _place(broken: bytearray, dice: random.Random) -> int:
    return min(int(len(broken) * dice.random() ** 2), max(len(broken) - 1, 0))


def _flip(broken: bytearray, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 8)):
        if broken:
            broken[_place(broken, dice)] = dice.randrange(256)


def _cut(broken: bytearray, dice: random.Random) -> None:
    del broken[max(1, dice.randrange(max(len(broken), 2))) :]


def _zero(broken: bytearray, dice: random.Random) -> None:
    start = _place(broken, dice)
    end = min(start + dice.randint(1, 64), len(broken))
    broken[start:end] = bytes(end - start)


def _double(broken: bytearray, dice: random.Random) -> None:
    start = _place(broken, dice)
    broken[start:start] = broken[start : start + dice.randint(1, 200)]


def _number(broken: bytearray, dice: random.Random) -> None:
    """A length or an offset that is far too large, or one too small."""
    start = _place(broken, dice)
    value = dice.choice([0, 1, 0x7F, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]).to_bytes(4, "big")
    broken[start : start + 4] = value[: len(broken) - start]


if __name__ == "__main__":
    main()
