"""Clients that others wrote for remove.bg, and the calls of docs/migrating.md by curl."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from tests.clients.running import run
from tests.system.site import ROOT

HERE = Path(__file__).parent
THEIRS = "https://api.remove.bg/v1.0"
# Where the address stands that two of them have no option for.
_LITERALS = ("removebgplus/removebg.py", "node_modules/remove.bg/dist/index.js")
_EXAMPLE_PHOTO = "https://example.com/photo.jpg"


def address(site: str) -> dict[str, str]:
    return {"REMOVEBG": f"{site}/compat/removebg/v1.0"}


def point(folder: Path, site: str) -> None:
    """Have what is installed in the folder call a site: the address of the host is all that changes."""
    for name in _LITERALS:
        path = folder / name
        if path.exists():
            text = path.read_text()
            assert text.count(THEIRS) == 1, f"{name} is not what it was"
            path.write_text(text.replace(THEIRS, address(site)["REMOVEBG"]))


def python(folder: Path) -> list[str]:
    """Install three packages, and return what calls the site with them."""
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(folder)]
    wanted = ["-r", str(HERE / "requirements.txt")]
    run([sys.executable, "-m", "pip", "install", *options, *wanted], folder)
    shutil.copy(HERE / "calls.py", folder)
    return [sys.executable, "calls.py"]


def npm(folder: Path) -> list[str]:
    for name in ("package.json", "package-lock.json", ".npmrc", "calls.cjs"):
        shutil.copy(HERE / name, folder)
    run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], folder)
    return ["node", "calls.cjs"]


def curl(folder: Path) -> list[str]:
    """Take the calls from the page for who migrates, and look at what comes of them."""
    page = (ROOT / "docs/migrating.md").read_text().partition("\n## remove.bg\n")[2]
    [calls, *_] = re.findall(r"```sh\n(.+?)```", page, re.DOTALL)
    assert calls.count("\ncurl ") >= 4
    assert calls.count(_EXAMPLE_PHOTO) == 1
    script = calls.replace(_EXAMPLE_PHOTO, '"$PHOTO_URL"').replace("curl ", "curl --silent --fail ")
    script = re.sub("-o (no-bg.png)$", r"-o \1 && file_is_png", script, flags=re.MULTILINE)
    checks = (
        'set -eu; export KEY="$API_KEY"; cp "$PHOTO" photo.jpg\n'
        "file_is_png() { head -c 4 no-bg.png | tail -c 3 | grep -q PNG && rm no-bg.png; }\n"
    )
    after = (
        f"{sys.executable} -m zipfile -l no-bg.zip | grep -q alpha.png\n"
        "grep -q result_b64 no-bg.json\n"
    )
    (folder / "calls.sh").write_text(checks + script + after)
    return ["bash", "calls.sh"]
