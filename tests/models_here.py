"""``python tests/models_here.py``: whether the models that the suite runs are on this machine.

By their sizes, and with nothing but the standard library: `make test` asks every time.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "processing/engine/networks/weights.toml"
FOLDER = Path(os.environ.get("PACKSHOT_MODELS_DIR", ROOT / "var/models"))


def missing() -> Iterator[str]:
    """The files of the default models that are not there, or not whole."""
    for model in tomllib.loads(CATALOGUE.read_text())["model"]:
        for file in (model, *model.get("beside", ())) if model["default"] else ():
            path = FOLDER / file["file"]
            if not path.is_file() or path.stat().st_size != file["size"]:
                yield file["file"]


if __name__ == "__main__":
    sys.exit(any(missing()))
