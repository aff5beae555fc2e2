"""Measure Packshot: `python -m benchmarks [PART [OPTIONS]]`, all but the last fifteen without a part."""

import ast
import importlib
import sys
from pathlib import Path

ENGINE, SITE = "benchmarks.engine", "benchmarks.site"
# By the name of the module, or under another where that says more.
PARTS = {
    "engine": f"{ENGINE}.stages",
    **{name: f"{ENGINE}.{name}" for name in ("networks", "rembg", "edit", "worker")},
    **{
        name: f"{SITE}.{name}"
        for name in ("queue", "streams", "batches", "packs", "fairness", "rest", "previews")
    },
    "recognition": f"{ENGINE}.recognition",
}
# These want a folder of photos, or somebody who looks.
ON_REQUEST = {name: f"{ENGINE}.{name}" for name in ("backdrops", "commands", "edges", "sheet")}
ON_REQUEST |= {"rooms": "benchmarks.rooms.enhancing", "text": "benchmarks.text.removal"}
ON_REQUEST |= {name: f"benchmarks.rooms.{name}" for name in ("hdr", "skies")}
ON_REQUEST |= {"looks": "benchmarks.looks.comparing", "light": "benchmarks.looks.lighting"}
ON_REQUEST |= {name: f"benchmarks.graded.{name}" for name in ("grades", "holes", "tails")}
ON_REQUEST |= {name: f"benchmarks.{name}.measure" for name in ("poses", "facts")}
# Measures again what others do, for a document.
ON_REQUEST |= {"prompts": "benchmarks.prompts.share", "figures": "benchmarks.figures.table"}
ON_REQUEST |= {"titles": "benchmarks.listings.titles"}


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    known = PARTS | ON_REQUEST
    if name in ("-h", "--help"):
        print(_help(known))
        return
    if name and name not in known:
        sys.exit(f"{_help(known)}\n\nThere is no part {name!r}.")
    for part in [name] if name else PARTS:
        print(f"\n=== {part}\n", flush=True)
        sys.argv = [f"python -m benchmarks {part}", *options]
        _run(known[part])


def _run(module: str) -> None:
    """Import a part only now: the help and the other parts do without what it needs."""
    try:
        part = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (Path(__file__).parents[1] / str(error.name).partition(".")[0]).exists():
            raise  # ours, not a package that is not installed
        sys.exit(f"{error.name} is missing: `pip install -r requirements-dev.txt`.")
    part.main()


def _help(known: dict[str, str]) -> str:
    lines = [f"  {name:<13}{_summary(module)}" for name, module in known.items()]
    return "\n".join([str(__doc__), "", *lines, "", "`PART --help` shows a part's options."])


def _summary(module: str) -> str:
    """Read what a part measures from the head of its file."""
    path = Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")
    return str(ast.get_docstring(ast.parse(path.read_text()))).partition(": `")[0]


if __name__ == "__main__":
    main()
