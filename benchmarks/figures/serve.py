"""Does what a build is asked for, line by line: `python serve.py WORKS` in a checkout's folder, where WORKS is a file.

An earlier build's code can't be imported beside this one's, so each has a process of its own. The file has the works
by name, as WORKS; each takes what an order says, and answers in JSON.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def main() -> None:
    # Libraries print to standard output; answers have a way of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(Path.cwd()))
    works = _works(Path(sys.argv[1]))
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(works[order.pop("work")](**order)) + "\n")
        answers.flush()


def _works(file: Path) -> Mapping[str, Callable[..., Any]]:
    spec = importlib.util.spec_from_file_location("works", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Mapping[str, Callable[..., Any]] = module.WORKS
    return found


if __name__ == "__main__":
    main()
