"""Make the before and after of the front page from the demo photos: `PYTHONPATH=. python docs/recipes/landing_pictures.py`."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from processing.engine.backdrops import Studio
from processing.engine.networks.registry import Registry
from processing.engine.networks.upscaler import Upscaler
from processing.engine.plans.cutout import Cutting
from processing.engine.plans.edit import (
    Background,
    EditPlan,
    Export,
    Generated,
    Layout,
    Shadow,
    Sides,
)
from processing.engine.render_edit import Tools, render_edit
from processing.engine.text.detect import TextFinder

ROOT = Path(__file__).resolve().parents[2]
SIDE = 880
LOOKS = {
    "white-blazer": Background(
        generated=Generated("on a pale oak floor, warm window light", seed=5)
    ),
    "wool-hat": Background(generated=Generated("on a stone table, soft window light", seed=7)),
    "brown-pullover": Background(color="#ffffff"),
    "denim-skirt": Background(color="#e9dfd2"),
}


def main(out: Path) -> None:
    models = ROOT / "var/models"
    tools = Tools(
        models=Registry(models),
        images=lambda name: b"",
        backdrop=lambda name: Studio(),
        texts=TextFinder(),
        upscaler=Upscaler(models, threads=2),
        max_pixels=50_000_000,
    )
    for name, background in LOOKS.items():
        data = (ROOT / f"media_library/demo/{name}.jpg").read_bytes()
        plan = EditPlan(
            cutting=Cutting(model="auto", edge="fine"),
            layout=Layout(size=f"{SIDE}x{SIDE}", padding=Sides.all(0.1)),
            background=background,
            shadow=Shadow(),
            export=Export(format="png"),
        )
        with Image.open(BytesIO(render_edit(data, plan, tools).data)) as after:
            after.convert("RGB").save(out / f"{name}-after.webp", quality=80, method=6)
        with Image.open(BytesIO(data)) as photo:
            before = ImageOps.fit(ImageOps.exif_transpose(photo).convert("RGB"), (SIDE, SIDE))
            before.save(out / f"{name}-before.webp", quality=78, method=6)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
