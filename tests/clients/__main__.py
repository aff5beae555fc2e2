"""Generate clients from docs/openapi.yaml, and let each make five calls to a whole site; and let clients that
others wrote for other services call it.

python -m tests.clients [python] [typescript] [removebg-python] [removebg-npm] [removebg-curl]

`openapi-python-client` makes the first, `openapi-typescript` the types of the second, which the
TypeScript compiler checks with `openapi-fetch`; both with their defaults. The clients of remove.bg come from
their registries, in exact versions, and nothing but the address of their host is changed. Needs npm and curl.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.clients import removebg
from tests.clients.running import run, served
from tests.system.site import ROOT, Site

HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs/openapi.yaml"
PHOTO = ROOT / "tests/photos/wool-hat.jpg"
TYPESCRIPT = ("package.json", "package-lock.json", ".npmrc", "calls.ts")


def main() -> int:
    makers: dict[str, Callable[[Path], list[str]]] = {
        "python": python,
        "typescript": typescript,
        "removebg-python": removebg.python,
        "removebg-npm": removebg.npm,
        "removebg-curl": removebg.curl,
    }
    wanted = sys.argv[1:] or [*makers]
    if unknown := set(wanted) - set(makers):
        sys.exit(f"No such client: {', '.join(sorted(unknown))}.")
    with (
        tempfile.TemporaryDirectory(prefix="packshot-clients-") as root,
        served(PHOTO) as photo_url,
    ):
        folders = {name: Path(root, name) for name in wanted}
        for folder in folders.values():
            folder.mkdir()
        commands = {name: makers[name](folders[name]) for name in wanted}
        # Which a photo's address may lead to by nobody's leave but the owner's.
        with Site(URL_PRIVATE_NETWORKS="127.0.0.1/32") as site:
            address = {
                **{"SITE": site.url, "API_KEY": site.demo("pro")["apiKey"]},
                **{"PHOTO": str(PHOTO), "PHOTO_URL": photo_url},
            }
            for name, command in commands.items():
                if name.startswith("removebg"):
                    removebg.point(folders[name], site.url)
                run(command, folders[name], address | removebg.address(site.url))
                print(f"{name}: its calls were answered as documented", flush=True)
    return 0


def python(folder: Path) -> list[str]:
    """Generate the package, and return what calls the site with it."""
    tool = str(Path(sys.executable).with_name("openapi-python-client"))
    options = ["--meta", "none", "--output-path", "packshot_client", "--fail-on-warning"]
    config = ["--config", str(ROOT / "docs/openapi-python-client.yaml")]
    run([tool, "generate", "--path", str(DOCUMENT), *options, *config], folder)
    shutil.copy(HERE / "calls.py", folder)
    return [sys.executable, "calls.py"]


def typescript(folder: Path) -> list[str]:
    """Generate the types, compile the calls against them, and return what runs these."""
    for name in TYPESCRIPT:
        shutil.copy(HERE / "typescript" / name, folder)
    run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], folder)
    run(["npx", "--no-install", "openapi-typescript", str(DOCUMENT), "-o", "api.d.ts"], folder)
    strict = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "false"]
    run(["npx", "--no-install", "tsc", *strict, "calls.ts"], folder)
    return ["node", "calls.js"]


if __name__ == "__main__":
    sys.exit(main())
