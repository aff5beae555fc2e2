"""Model weights on disk: which files there are, whether they are the right ones, fetching them.

Nothing here runs while pictures are served: `manage.py fetch_models` calls `fetch` beforehand.
"""

import fcntl
import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from processing.engine.errors import UnknownModel, WeightsUnavailable
from processing.engine.networks import sources

Report = Callable[[str], None]

CATALOGUE = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """One file of a model, and where it comes from."""

    file: str
    sha256: str
    size: int
    sources: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWeights(WeightsFile):
    """One entry of weights.toml; the fields are explained at the top of that file."""

    name: str
    aliases: tuple[str, ...]
    task: str
    default: bool
    memory_mb: int = 0
    memory_mb_onnx: int = 0
    licence: str
    origin: str
    description: str
    session: str = ""
    input: int = 0
    made_for: int = 0
    half: bool = False
    run_sha256: str = ""
    dead: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    beside: tuple[WeightsFile, ...] = ()

    @property
    def version(self) -> str:
        """Return what changes when the model's answers may: its bytes, and how it is run."""
        how = (self.session, self.input, self.half, self.run_sha256)
        return " ".join((self.name, *map(str, how), *(f.sha256 for f in self.files)))

    @property
    def files(self) -> tuple[WeightsFile, ...]:
        """All that must lie in the models folder."""
        return (self, *self.beside)


@cache
def catalogue(path: Path = CATALOGUE) -> tuple[ModelWeights, ...]:
    """The entries of weights.toml, in its order."""
    with path.open("rb") as file:
        entries: list[dict[str, Any]] = tomllib.load(file)["model"]
    return tuple(ModelWeights(**_read(entry)) for entry in entries)


def _read(entry: dict[str, Any]) -> dict[str, Any]:
    """TOML's lists as tuples, its tables as files."""
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    beside = tuple(
        WeightsFile(**file | {"sources": tuple(file["sources"])})
        for file in entry.get("beside", ())
    )
    dead = {layer: tuple(channels) for layer, channels in entry.get("dead", {}).items()}
    return entry | lists | {"beside": beside, "dead": dead}


def find(name: str, entries: Sequence[ModelWeights] | None = None) -> ModelWeights | None:
    """The entry of that name or alias, or None."""
    known = catalogue() if entries is None else entries
    return next((entry for entry in known if name == entry.name or name in entry.aliases), None)


def is_right(path: Path, weights: WeightsFile) -> bool:
    """Whether the file is there and has the recorded SHA-256. 88 MB take about 60 ms."""
    if not path.is_file() or path.stat().st_size != weights.size:
        return False
    return sha256_of(path) == weights.sha256


def all_right(models_dir: Path, weights: ModelWeights) -> bool:
    """Whether each of the model's files is there and right."""
    return all(is_right(models_dir / file.file, file) for file in weights.files)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(
    name: str,
    models_dir: Path,
    *,
    report: Report = lambda line: None,
    client: httpx.Client | None = None,
    entries: Sequence[ModelWeights] | None = None,
) -> Path:
    """Make sure that a model's files lie in `models_dir`; returns the path of its weights.

    A file that is there and right is left alone. Otherwise the sources are tried in order, a
    broken-off download goes on where it stopped, and the file takes its final name only when its
    SHA-256 is right. Two processes may call this at once: the second waits, then finds the file.
    Raises UnknownModel, WeightsUnavailable.
    """
    weights = find(name, entries)
    if weights is None:
        known = ", ".join(entry.name for entry in (catalogue() if entries is None else entries))
        raise UnknownModel(f"There is no model '{name}' to download. Available: {known}.")

    def tell(line: str) -> None:
        report(f"{weights.name}: {line}")

    for file in weights.files:
        target = models_dir / file.file
        try:
            failures = _fetch_file(file, target, tell, client)
        except OSError as error:
            failures = [f"{models_dir}: {error.strerror}"]
        if failures:
            raise WeightsUnavailable(_by_hand(weights.name, file, target, failures))
    return models_dir / weights.file


def _fetch_file(
    weights: WeightsFile, target: Path, tell: Report, client: httpx.Client | None
) -> list[str]:
    """Put a file into place where it isn't yet; otherwise what went wrong with each source. Raises
    OSError."""
    # Looked at before it is locked: a folder that nobody may write to has no place for the lock.
    if not is_right(target, weights):
        target.parent.mkdir(parents=True, exist_ok=True)
        with only_one(target.with_name(f".{target.name}.lock")):
            if not is_right(target, weights):
                return _fetch_from_sources(weights, target, tell, client)
    tell(f"already installed, {target}")
    return []


def _fetch_from_sources(
    weights: WeightsFile, target: Path, tell: Report, client: httpx.Client | None
) -> list[str]:
    """Put the file into place; otherwise what went wrong with each source."""
    failures = []
    part = target.with_name(target.name + ".part")
    for source in weights.sources:
        label = sources.describe(source)
        tell(f"downloading {weights.file} ({weights.size / 1e6:.3g} MB) from {label}")
        try:
            sources.download(source, part, client=client)
        except sources.SourceFailed as failure:
            failures.append(f"{label}: {failure}")
            tell(f"download failed ({failure})")
            if isinstance(failure, sources.DiskFull):
                break
            continue
        if is_right(part, weights):
            part.replace(target)
            sources.discard(part)
            tell(f"ready, {target}")
            return []
        part.unlink(missing_ok=True)
        failures.append(f"{label}: it delivered a different file (SHA-256 mismatch)")
        tell("the file from this source has the wrong SHA-256 and was discarded")
    return failures


def _by_hand(name: str, weights: WeightsFile, target: Path, failures: list[str]) -> str:
    tried = "\n".join(f"  - {line}" for line in failures)
    return (
        f"The weights of {name} could not be downloaded from any source:\n{tried}\nTry again "
        f"with a network connection, or place the file by hand at\n  {target}\nIt must have "
        f"{weights.size} bytes and the SHA-256 {weights.sha256}."
    )


@contextmanager
def only_one(path: Path) -> Iterator[int]:
    """Wait until no other process holds the lock file, and hold it.

    Yields the descriptor that holds it: a process that inherits it holds the lock, too.
    """
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()
