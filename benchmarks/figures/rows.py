"""Each figure: two works measured in turn in one run, and what their ratio has to be."""

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.engine import edit, rembg
from benchmarks.engine.in_turn import in_turn
from benchmarks.engine.photos import PHOTO, SIZES, enlarged
from benchmarks.figures.builds import Build
from benchmarks.site import batches, packs
from processing.engine.networks.registry import Registry
from processing.engine.plans.cutout import CutoutPlan
from processing.engine.render_cutout import render

FAST, HIGH = "fast", "high"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `theirs` and `ours` are in `unit`; `ratio` is one of them over the other,
    as `least` and `aim` mean it: at least those, or at most where `is_limit`."""

    work: str
    against: str
    theirs: float
    ours: float
    unit: str
    ratio: float
    least: float
    aim: float
    is_limit: bool = False

    @property
    def verdict(self) -> str:
        """Say how far it comes."""

        def reaches(goal: float) -> bool:
            return self.ratio <= goal if self.is_limit else self.ratio >= goal

        if reaches(self.aim):
            return "reaches the aim"
        return "passes" if reaches(self.least) else "MISSES"


def cutouts(arguments: argparse.Namespace) -> Iterator[Row]:
    """1 and 12 megapixels against rembg with the same network."""
    os.environ["U2NET_HOME"] = str(arguments.models_dir.absolute())
    from rembg import new_session, remove

    models = Registry(arguments.models_dir)
    session = new_session(models.resolve(FAST))
    for label, least, aim in (("1 MP", 1.9, 2.3), ("12 MP", 3.8, 5.0)):
        photo = enlarged(PHOTO.read_bytes(), SIZES[label])
        theirs = partial(remove, photo, session=session)
        works: dict[str, Callable[[], object]] = {
            "theirs": theirs,
            "ours": partial(render, photo, CutoutPlan(model=FAST), models),
        }
        if label == "12 MP":
            works["their white"] = lambda theirs=theirs: rembg.white(theirs())  # type: ignore[misc]
            works["our white"] = partial(
                render, photo, CutoutPlan(model=FAST, format="jpg"), models
            )
        times = {name: 1000 * seconds for name, seconds in in_turn(works, arguments.runs).items()}
        yield _times(f"{label} JPEG to PNG", "rembg", times["theirs"], times["ours"], least, aim)
        if label == "12 MP":
            yield _times(
                "12 MP JPEG to a white JPEG",
                "rembg and Pillow",
                times["their white"],
                times["our white"],
                4.2,
                5.5,
            )


def large_network(arguments: argparse.Namespace) -> Iterator[Row]:
    """IS-Net on 12 megapixels against an earlier build: time and the most memory."""
    options = {"model": HIGH, "models_dir": str(arguments.models_dir.absolute())}
    with Build(arguments.against) as theirs, Build() as ours:
        answers = [
            (theirs.ask("cutout", **options), ours.ask("cutout", **options))
            for _ in range(1 + max(2, arguments.runs // 2))
        ][1:]  # the first loads the network
    seconds = [statistics.median(pair[side]["seconds"] for pair in answers) for side in (0, 1)]
    peaks = [max(pair[side]["peak"] for pair in answers) for side in (0, 1)]
    work = "12 MP JPEG to PNG with IS-Net"
    against = "the earlier build"
    yield _times(work, against, 1000 * seconds[0], 1000 * seconds[1], 2.1, 2.5)
    yield _memory(f"{work}: the most memory", against, peaks[0], peaks[1], 0.6, 0.6)


def batch(arguments: argparse.Namespace) -> Iterator[Row]:
    """A batch on the queue against rembg's loop over a folder, with the same network."""
    photos = batches.photos(arguments.photos)
    theirs = batches.by_rembg(photos)
    ours, _ = batches.by_the_queue(photos)
    yield Row(
        work=f"a batch of {arguments.photos} photos of 1 MP to PNG",
        against="rembg's loop over a folder",
        theirs=theirs.a_minute,
        ours=ours.a_minute,
        unit="photos a minute",
        ratio=ours.a_minute / theirs.a_minute,
        least=batches.TARGET,
        aim=3.0,
    )


def rest(arguments: argparse.Namespace) -> Iterator[Row]:
    """A worker's memory after photos of 12 megapixels against an earlier build's."""
    memory = []
    for folder in (arguments.against, None):
        with Build(folder) if folder else Build() as build:
            memory.append(build.ask("rest", photos=arguments.large_photos)["memory"])
    work = f"a worker at rest after {arguments.large_photos} photos of 12 MP: memory"
    yield _memory(work, "the earlier build", memory[0], memory[1], 0.5, 0.4)


def catalogue(arguments: argparse.Namespace) -> Iterator[Row]:
    """A catalogue picture against the cutout that is in it."""
    photo = enlarged(PHOTO.read_bytes(), SIZES["12 MP"])
    works = edit.works(photo, arguments.models_dir)
    times = in_turn({name: works[name] for name in (edit.CUTOUT, edit.CATALOGUE)}, arguments.runs)
    theirs, ours = (1000 * times[name] for name in (edit.CUTOUT, edit.CATALOGUE))
    yield Row(
        work="12 MP JPEG to a catalogue picture of 2000 x 2000",
        against="its cutout on white",
        theirs=theirs,
        ours=ours,
        unit="ms",
        ratio=ours / theirs,
        least=edit.LIMIT,
        aim=1.1,
        is_limit=True,
    )


def pack(arguments: argparse.Namespace) -> Iterator[Row]:
    """A photo in eight looks, as one batch, against one of them."""
    one, eight = packs.measured(max(2, arguments.runs // 2))
    yield Row(
        work=f"a batch of one photo of 12 MP in {len(packs.LOOKS)} looks",
        against="one of these looks",
        theirs=1000 * one.seconds,
        ours=1000 * eight.seconds,
        unit="ms",
        ratio=eight.seconds / one.seconds,
        least=packs.LIMIT,
        aim=2.0,
        is_limit=True,
    )


ROWS: dict[str, Callable[[argparse.Namespace], Iterator[Row]]] = {
    "cutouts": cutouts,
    "edit": catalogue,
    "high": large_network,
    "rest": rest,
    "batch": batch,
    "pack": pack,
}
# These compare with an earlier build: `--against` names its folder.
OF_BUILDS = {"high", "rest"}


def _times(work: str, against: str, theirs: float, ours: float, least: float, aim: float) -> Row:
    return Row(work, against, theirs, ours, "ms", theirs / ours, least, aim)


def _memory(work: str, against: str, theirs: float, ours: float, least: float, aim: float) -> Row:
    return Row(work, against, theirs, ours, "MB", ours / theirs, least, aim, is_limit=True)
