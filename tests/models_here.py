"""``python tests/models_here.py``: whether the models that the suite runs are on this machine.

By their sizes, and with nothing but the standard library: `make test` asks every time.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "processing/engine/networks/weights.toml"
WITH_MNN = importlib.util.find_spec("MNN") is not None
FOLDER = Path(os.environ.get("PACKSHOT_MODELS_DIR", ROOT / "var/models"))


def missing() -> Iterator[str]:
    """The files of the default models that are not there, or not whole; converted ones where MNN is."""
    for model in tomllib.loads(CATALOGUE.read_text())["model"]:
        for file in (model, *model.get("beside", ())) if model["default"] else ():
            path = FOLDER / file["file"]
            if not path.is_file() or path.stat().st_size != file["size"]:
                yield file["file"]
        converted = FOLDER / f"{model['name']}.mnn.json"
        if model["default"] and model["task"] == "matting" and WITH_MNN and not converted.is_file():
            yield converted.name


if __name__ == "__main__":
    sys.exit(any(missing()))
