"""Generate clients from docs/openapi.yaml, and let each make five calls to a whole site.

python -m tests.clients [python] [typescript]

`openapi-python-client` makes the one, `openapi-typescript` the types of the other, which the
TypeScript compiler checks with `openapi-fetch`; both with their defaults. Needs npm for the second.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.system.site import ROOT, Site

HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs/openapi.yaml"
PHOTO = ROOT / "tests/photos/wool-hat.jpg"
TYPESCRIPT = ("package.json", "package-lock.json", ".npmrc", "calls.ts")


def main() -> int:
    wanted = sys.argv[1:] or ["python", "typescript"]
    makers: dict[str, Callable[[Path], list[str]]] = {"python": python, "typescript": typescript}
    if unknown := set(wanted) - set(makers):
        sys.exit(f"No such client: {', '.join(sorted(unknown))}.")
    with tempfile.TemporaryDirectory(prefix="packshot-clients-") as folder:
        commands = {name: makers[name](Path(folder)) for name in wanted}
        with Site() as site:
            address = {"SITE": site.url, "API_KEY": site.demo("pro")["apiKey"], "PHOTO": str(PHOTO)}
            for name, command in commands.items():
                _run(command, Path(folder), address)
                print(f"{name}: five calls answered as the document says", flush=True)
    return 0


def python(folder: Path) -> list[str]:
    """Generate the package, and return what calls the site with it."""
    tool = str(Path(sys.executable).with_name("openapi-python-client"))
    options = ["--meta", "none", "--output-path", "packshot_client", "--fail-on-warning"]
    config = ["--config", str(ROOT / "docs/openapi-python-client.yaml")]
    _run([tool, "generate", "--path", str(DOCUMENT), *options, *config], folder)
    shutil.copy(HERE / "calls.py", folder)
    return [sys.executable, "calls.py"]


def typescript(folder: Path) -> list[str]:
    """Generate the types, compile the calls against them, and return what runs these."""
    for name in TYPESCRIPT:
        shutil.copy(HERE / "typescript" / name, folder)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], folder)
    _run(["npx", "--no-install", "openapi-typescript", str(DOCUMENT), "-o", "api.d.ts"], folder)
    strict = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "false"]
    _run(["npx", "--no-install", "tsc", *strict, "calls.ts"], folder)
    return ["node", "calls.js"]


def _run(command: list[str], folder: Path, more: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | (more or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    if more:
        print(done.stdout, end="")


if __name__ == "__main__":
    sys.exit(main())
