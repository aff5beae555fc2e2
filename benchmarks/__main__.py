"""`python -m benchmarks`: engine, rembg, edit, worker, queue, streams, batches, fairness,
recognition; or one of them, with its options."""

import sys

from benchmarks import (
    against_rembg,
    batches,
    edit,
    engine,
    fairness,
    queue,
    recognition,
    streams,
    worker,
)

PARTS = {
    "engine": engine.main,
    "rembg": against_rembg.main,
    "edit": edit.main,
    "worker": worker.main,
    "queue": queue.main,
    "streams": streams.main,
    "batches": batches.main,
    "fairness": fairness.main,
    "recognition": recognition.main,
}


def main() -> None:
    name, *options = sys.argv[1:] or [""]
    if name and name not in PARTS:
        sys.exit(f"{__doc__}\nThere is no part {name!r}: {', '.join(PARTS)}.")
    for part in [name] if name else PARTS:
        print(f"\n=== {part}\n", flush=True)
        sys.argv = [f"python -m benchmarks {part}", *options]
        PARTS[part]()


if __name__ == "__main__":
    main()
