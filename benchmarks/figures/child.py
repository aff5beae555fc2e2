"""What one build of Packshot takes (see serve.py): uses nothing of the project but what builds have had for long."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PHOTO_SIZE = (4000, 3000)


def _cutout(model: str, models_dir: str) -> dict[str, float]:
    """Seconds for a photo of 12 megapixels to a PNG, and the most memory so far, in MB."""
    from processing.engine.plans.cutout import CutoutPlan
    from processing.engine.render_cutout import render

    photo, models = _prepared(models_dir)
    start = time.perf_counter()
    render(photo, CutoutPlan(model=model), models)
    return {"seconds": time.perf_counter() - start, "peak": _status("VmHWM")}


def _rest(photos: int) -> dict[str, float]:
    """The memory of a site's worker, in MB, after so many photos of 12 megapixels."""
    from benchmarks.site.client import upload
    from tests.system.site import Site

    photo, _ = _prepared(None)
    with Site() as site, site.client(site.demo("enterprise")["apiKey"]) as client:
        for number in range(photos):
            # A byte behind the end makes each another photo, whose result can't be found again.
            image = upload(client, photo + bytes([number]))
            body = {"imageId": image, "model": "fast", "display": "url"}
            answer = client.post("/images/tools/remove-background", json=body)
            answer.raise_for_status()
            while answer.status_code == 202:  # it took longer than a request may wait
                time.sleep(0.5)
                job = client.get(f"/jobs/{answer.json()['data']['jobId']}").json()["data"]
                if job["endedAt"] and job["state"] != "completed":
                    raise RuntimeError(f"A job ended as {job['state']}: {job['error']}")
                if job["endedAt"]:
                    break
        time.sleep(2)  # for threads that end
        return {"memory": _status("VmRSS", site.worker_pid())}


_prepared_for: dict[str | None, tuple[bytes, Any]] = {}


def _prepared(models_dir: str | None) -> tuple[bytes, Any]:
    from benchmarks.engine.photos import PHOTO, enlarged
    from processing.engine.networks.registry import Registry

    if models_dir not in _prepared_for:
        models = Registry(Path(models_dir)) if models_dir else None
        _prepared_for[models_dir] = enlarged(PHOTO.read_bytes(), PHOTO_SIZE), models
    return _prepared_for[models_dir]


def _status(name: str, pid: int | str = "self") -> float:
    text = Path(f"/proc/{pid}/status").read_text().partition(f"{name}:")[2]
    return int(text.split()[0]) * 1024 / 1e6


WORKS: dict[str, Callable[..., dict[str, float]]] = {"cutout": _cutout, "rest": _rest}
