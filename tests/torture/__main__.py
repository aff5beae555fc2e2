"""Torture whole sites: `python -m tests.torture [PART [OPTIONS]]`, every part without one."""

import importlib
import sys

PARTS = ("starts", "kills", "mutants")


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    if name in ("-h", "--help"):
        print(__doc__, "Parts:", ", ".join(PARTS))
        return
    if name and name not in PARTS:
        sys.exit(f"There is no part {name!r}, only {', '.join(PARTS)}.")
    for part in [name] if name else PARTS:
        print(f"\n=== {part}\n", flush=True)
        sys.argv = [f"python -m tests.torture {part}", *options]
        if importlib.import_module(f"tests.torture.{part}").main():
            sys.exit(f"{part} failed.")


if __name__ == "__main__":
    main()
