"""Accept how pictures look now: `make golden`, or `python -m tests.processing.engine.golden accept`.

Names of looks after `accept` accept those alone. `sheet FILE.png` writes all accepted pictures on one
page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from processing.engine.errors import ModelNotInstalled
from tests.processing.engine.golden import accepted
from tests.processing.engine.golden.looks import LOOKS, shot


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.processing.engine.golden")
    commands = parser.add_subparsers(dest="command", required=True)
    accepting = commands.add_parser("accept", help="write down how pictures look now")
    accepting.add_argument("looks", nargs="*", metavar="LOOK", help="these alone")
    commands.add_parser("sheet", help="all accepted pictures on one page").add_argument("file")
    wanted = parser.parse_args(arguments)
    if wanted.command == "sheet":
        accepted.sheet().save(wanted.file)
        return 0
    if unknown := set(wanted.looks) - LOOKS.keys():
        parser.error(f"no such look: {', '.join(sorted(unknown))}. Known: {', '.join(LOOKS)}.")
    for name in wanted.looks or LOOKS:
        _say(name, _accept(name))
    for file in sorted(accepted.PICTURES.glob("*.webp")):
        if file.stem not in LOOKS:
            file.unlink()
            _say(file.stem, "removed")
    return 0


def _accept(name: str) -> str:
    try:
        return accepted.accept(name, shot(name).picture)
    except ModelNotInstalled as error:
        return f"left as it is. {error}"


def _say(name: str, done: str) -> None:
    sys.stdout.write(f"{name}: {done}\n")


if __name__ == "__main__":
    sys.exit(main())
