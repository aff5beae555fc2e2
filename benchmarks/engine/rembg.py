"""Time against rembg on the same bytes, weights and machine: `python -m benchmarks rembg`.

Medians over warm runs in turn, so that both sides meet the same load. `--alpha-matting` adds the
time of rembg's edge refiner, which takes most of a minute at 12 megapixels. Last, how far both agree
on a folder's photos (the test photos, or `--photos FOLDER`) away from the boundary, where nobody's
edges matter: the mean absolute difference of alpha (0 to 1) with our clean-ups off.
"""

import argparse
import os
import statistics
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.engine.in_turn import Work, in_turn
from benchmarks.engine.photos import PHOTO, SIZES, enlarged, models_dir
from processing.engine.arrays import U8
from processing.engine.cutout.edges import cut_out
from processing.engine.files import decode
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CleanUp, CutoutPlan, Edge, OutputFormat
from processing.engine.render_cutout import render

HALF = {"0.5 MP": (816, 612)}
# Pixels on either side of the boundary that are left out where both are compared.
BAND = 10


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    os.environ["U2NET_HOME"] = str(arguments.models_dir.absolute())
    from rembg import new_session, remove

    models = Registry(arguments.models_dir)
    session = new_session(models.resolve(arguments.model))
    for label, size in (HALF | SIZES).items():
        photo = enlarged(PHOTO.read_bytes(), size)
        works = _works(models, session, photo, arguments.model)
        times = in_turn(works, arguments.runs)
        if arguments.alpha_matting:
            slow = partial(remove, photo, session=session, alpha_matting=True)
            times |= in_turn({"rembg, alpha matting": slow}, 1)
        _show(label, times)
    _show_agreement(models, session, arguments)


def _works(models: Registry, session: object, photo: bytes, model: str) -> dict[str, Work]:
    from rembg import remove

    rgb = decode.decode(photo, max_pixels=50_000_000).rgb
    matte = models.matte(model, rgb)

    def ours(edge: Edge = "standard", format: OutputFormat = "png") -> Work:
        return partial(render, photo, CutoutPlan(model=model, edge=edge, format=format), models)

    def edge_work(edge: Edge) -> Work:
        return partial(cut_out, rgb, matte, edge=edge, clean=CleanUp())

    edges: tuple[Edge, ...] = ("none", "standard", "fine")
    return {
        "inference alone": partial(models.matte, model, rgb),
        "rembg.remove to PNG": partial(remove, photo, session=session),
        **{f"ours to PNG, {edge}": ours(edge) for edge in edges},
        "rembg, Pillow, white JPEG": lambda: white(remove(photo, session=session)),
        "ours to white JPEG": ours(format="jpg"),
        **{f"edge work: {edge}": edge_work(edge) for edge in edges},
    }


def white(png: bytes) -> bytes:
    image = Image.open(BytesIO(png))
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    out = BytesIO()
    white.save(out, "JPEG", quality=92)
    return out.getvalue()


def _show(label: str, times: dict[str, float]) -> None:
    print(f"\n{label}: medians, ms")
    for name, seconds in times.items():
        print(f"  {name:<28}{seconds * 1000:>8.0f}")
    rembg, ours = times["rembg.remove to PNG"], times["ours to PNG, standard"]
    flat = times["rembg, Pillow, white JPEG"] / times["ours to white JPEG"]
    print(f"  to PNG {rembg / ours:.2f} x as fast as rembg; to white JPEG {flat:.2f} x")
    print(f"  {ours / times['inference alone']:.2f} x the time of inference alone")


def _show_agreement(models: Registry, session: object, arguments: argparse.Namespace) -> None:
    from rembg import remove

    plan = CutoutPlan(model=arguments.model, clean_up=CleanUp.off())
    differences = []
    for path in sorted(arguments.photos.glob("*.jpg")):
        data = path.read_bytes()
        ours, theirs = (
            _alpha(png) for png in (render(data, plan, models).data, remove(data, session=session))
        )
        differences.append(_difference(ours, theirs))
    print(
        f"\naway from the boundary, {len(differences)} photos: alphas differ by a mean of {statistics.mean(differences):.4f}, at most {max(differences):.4f}"
    )


def _alpha(png: bytes) -> U8:
    return np.asarray(Image.open(BytesIO(png)).getchannel("A"))


def _difference(one: U8, other: U8) -> float:
    """Mean absolute difference, 0 to 1, further than BAND from where `other` passes one half."""
    kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    away = (
        np.asarray(cv2.morphologyEx((other > 127).astype(np.uint8), cv2.MORPH_GRADIENT, kernel))
        == 0
    )
    return float(np.abs(one[away] / 255 - other[away] / 255).mean()) if away.any() else 0.0


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", default="fast")
    parser.add_argument("--alpha-matting", action="store_true")
    parser.add_argument("--photos", type=Path, default=PHOTO.parent)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
