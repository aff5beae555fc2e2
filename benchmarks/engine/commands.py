"""A folder by `packshot cutout --local` and by `rembg p`, start to end of process: `python -m benchmarks commands`.

50 photos of 1 megapixel, the same network, in turn, so that both meet the same load: medians of time and of computing.
rembg's command needs more than rembg: `pip install "rembg[cli]"`, here or where `--rembg PYTHON` says.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.photos import PHOTO, ROOT, SIZES, enlarged, models_dir

_PHOTOS = 50
_REMBG = "from rembg.cli import main; main()"


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks commands",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rembg", default=sys.executable, metavar="PYTHON")
    arguments = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="packshot-commands-") as folder:
        photos, out = Path(folder, "photos"), Path(folder, "out")
        photos.mkdir()
        content = enlarged(PHOTO.read_bytes(), SIZES["1 MP"])
        for number in range(_PHOTOS):
            (photos / f"{number:02}.jpg").write_bytes(content)
        named = [str(path) for path in sorted(photos.iterdir())]
        # All are one picture, which each of both opens, cuts out and writes anew for each file.
        ours = [sys.executable, "-m", "packshot", "cutout", "--local", "--model", "fast", "--quiet"]
        theirs = [arguments.rembg, "-c", _REMBG, "p", "-m", "u2netp", str(photos), str(out)]
        works = {"rembg p": theirs, "packshot cutout --local": [*ours, "--out", str(out), *named]}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for _ in range(arguments.runs):
            for name, command in works.items():
                taken[name].append(_time(command, out))
    for name, times in taken.items():
        whole, computing = (statistics.median(column) for column in zip(*times, strict=True))
        print(
            f"{name:<24} {whole:6.1f} s, {computing:6.1f} s of computing, "
            f"{_PHOTOS * 60 / whole:5.0f} photos a minute"
        )


def _time(command: list[str], out: Path) -> tuple[float, float]:
    """Run a command over the folder; its seconds, and those of computing. Exits where it fails."""
    shutil.rmtree(out, ignore_errors=True)
    here = {"U2NET_HOME": str(models_dir().absolute()), "PYTHONPATH": str(ROOT / "client")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        command, env=os.environ | here, capture_output=True, text=True, check=False
    )
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    made = len(list(out.glob("*.png")))
    if done.returncode != 0 or made != _PHOTOS:
        sys.exit(f"{' '.join(command[:4])} … made {made} pictures:\n{done.stderr[-2000:]}")
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, computing


if __name__ == "__main__":
    main()
