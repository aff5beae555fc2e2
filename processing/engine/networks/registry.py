"""The models of a process: what there is, what is installed, one session of each.

Loading is lazy, and what was loaded stays until `let_go`; weights are hashed when they are loaded. Nothing
is ever downloaded, converted or tried out here.
"""

import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from PIL import Image

from processing.engine.arrays import F32, U8, shrink
from processing.engine.errors import ModelNotInstalled, UnknownModel
from processing.engine.libraries import installed
from processing.engine.networks import rembg_sessions, weights
from processing.engine.networks.runtimes import choice, graphs, onnx_network, records
from processing.engine.networks.runtimes.choice import Choice
from processing.engine.networks.runtimes.matting import Matting, Network
from processing.engine.networks.runtimes.mnn_network import MnnNetwork
from processing.engine.networks.runtimes.onnx_network import OnnxNetwork
from processing.engine.networks.weights import ModelWeights

_log = logging.getLogger(__name__)

# rembg reads its models folder from the environment, at the moment a session is made.
_HOME_VARIABLE = "U2NET_HOME"
_home_lock = threading.Lock()

# Sessions of rembg that do not answer "one picture, one matte" from one file of their own name.
_NOT_OFFERED = {"dis_custom", "u2net_custom", "ben_custom", "sam", "u2net_cloth_seg"}
# For models that are not in weights.toml: the largest input of any of rembg's networks. rembg
# resizes once more to what the network really takes.
_MAX_INPUT = 1024


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as people see it: its name, what it does, whether it can be used now, and what would
    then run it ("mnn" or "onnxruntime")."""

    name: str
    task: str
    installed: bool
    licence: str
    description: str
    aliases: tuple[str, ...]
    runtime: str | None = None


class Models(Protocol):
    """What the pipeline needs of a registry; tests may give it something smaller."""

    def resolve(self, name: str) -> str: ...

    def provider(self, name: str) -> str: ...

    def side(self, name: str) -> int: ...

    def matte(self, name: str, rgb: U8) -> F32: ...


class Registry:
    """All matting models that can run in this process.

    `models_dir` holds the weights; `threads` is how many cores one picture may use, in the networks
    and in OpenCV (whose pool belongs to the whole process: the last Registry made decides);
    `providers` are ONNX Runtime's execution providers in order of preference, `runtime` is what should
    run the networks of weights.toml (`choice.of`). Any other model is run by rembg and ONNX Runtime.

    Safe to share between threads. Passes of one network by MNN wait for each other; those by ONNX
    Runtime don't.
    """

    def __init__(
        self,
        models_dir: Path,
        threads: int = 2,
        providers: Sequence[str] = ("CPUExecutionProvider",),
        runtime: str = choice.AUTO,
    ) -> None:
        self.models_dir = models_dir.absolute()
        self.threads = threads
        self.providers = tuple(providers)
        self.runtime = runtime
        self._sessions: dict[str, _Held] = {}
        self._last_used: dict[str, float] = {}  # by time.monotonic, as a look begins and as it ends
        self._kept: set[str] = set()
        self._lock = threading.Lock()
        cv2.setNumThreads(threads)

    def names(self) -> list[ModelInfo]:
        """The models of weights.toml, and rembg's others whose weights were placed by hand.

        Looks only whether a file is there; its hash is checked when the model is loaded.
        """
        listed = [
            ModelInfo(
                name=entry.name,
                task=entry.task,
                installed=(self.models_dir / entry.file).is_file(),
                licence=entry.licence,
                description=entry.description,
                aliases=entry.aliases,
                runtime=self._runtime_of(entry),
            )
            for entry in weights.catalogue()
            if entry.task == "matting"
        ]
        return listed + [_by_hand(name) for name in self._placed_by_hand()]

    def resolve(self, name: str) -> str:
        """The model's own name for a name or alias ("fast" -> "u2netp"). Raises UnknownModel."""
        if entry := _matting_entry(name):
            return entry.name
        if name in _offered_by_rembg():
            return name
        known = [
            alias
            for entry in weights.catalogue()
            if entry.task == "matting"
            for alias in (*entry.aliases, entry.name)
        ]
        raise UnknownModel(f"There is no model '{name}'. Available: {', '.join(known)}.")

    def provider(self, name: str) -> str:
        """Say what runs a model, and its own name: "mnn/u2netp", "onnxruntime/u2netp", and for models
        placed by hand "rembg/silueta". Raises UnknownModel, ModelNotInstalled."""
        resolved = self.resolve(name)
        entry = _matting_entry(resolved)
        if entry is None:
            return f"rembg/{resolved}"
        chosen, held = self._choose(entry), self._sessions.get(resolved)
        # What was chosen may have found no memory.
        by = held.by if held is not None and held.chosen == chosen and held.by else chosen
        return f"{by.runtime}/{resolved}"

    def side(self, name: str) -> int:
        """Say how many pixels the side of the square has that a model looks at; for models placed
        by hand, of the largest that any of them takes. Raises UnknownModel."""
        entry = _matting_entry(self.resolve(name))
        return entry.input if entry else _MAX_INPUT

    def check(self, name: str) -> None:
        """Return when the model can be used. Raises UnknownModel, ModelNotInstalled."""
        resolved = self.resolve(name)
        if resolved not in self._sessions:
            self._weights_path(resolved)
            if entry := _matting_entry(resolved):
                self._choose(entry)

    def version(self, name: str) -> str:
        """Say what changes when answers may: the weights' SHA-256, how they are run and by which
        version of which runtime, or for weights placed by hand their size and time. Left out on purpose
        is the number of threads, by which MNN's answers differ by rounding (docs/operating.md): batches
        and single pictures shall find each other's results. Raises UnknownModel, ModelNotInstalled."""
        resolved = self.resolve(name)
        if entry := _matting_entry(resolved):
            chosen = self._choose(entry)
            return f"{entry.version} {chosen.runtime} {chosen.version}"
        facts = self._weights_path(resolved).stat()
        runtimes = f"{installed('rembg')} {installed('onnxruntime')}"
        return f"{resolved} {facts.st_size} {facts.st_mtime_ns} {runtimes}"

    def warm(self, name: str) -> None:
        """Load a model and run it once, so that the first picture pays for neither, and keep it: `let_go`
        leaves it alone."""
        self.matte(name, np.zeros((64, 64, 3), np.uint8))
        self._kept.add(self.resolve(name))

    def let_go(self, unused_for: float) -> list[str]:
        """Unload the models that weren't used for so many seconds, all but those that were warmed; returns
        their names. The next picture that needs one loads it again.

        A look that goes on meanwhile ends as if nothing had happened. Waits for nobody: while a model
        is being loaded, none is let go.
        """
        if not self._lock.acquire(blocking=False):
            return []
        try:
            before = time.monotonic() - unused_for
            unused = [
                name
                for name in self._sessions
                if name not in self._kept and self._last_used[name] <= before
            ]
            for name in unused:
                del self._sessions[name]
            return unused
        finally:
            self._lock.release()

    def matte(self, name: str, rgb: U8) -> F32:
        """Ask how much each place belongs to the subject: float32 (n, n), 0 to 1.

        The square grid of the network (320 for u2netp, 768 for IS-Net) covers the whole picture,
        whatever its proportions; `rgb` is uint8 (h, w, 3). All zeros when nothing was found.
        A model whose pass fails is let go unless it was warmed. Raises UnknownModel, ModelNotInstalled, and
        what its runtime does where there is not enough memory (memory.shortage_told).
        """
        resolved = self.resolve(name)
        is_done = False
        try:
            matte = self._session(resolved).matte(rgb)
            is_done = True
            return matte
        finally:
            # Without the lock, which is held for as long as another model takes to load.
            self._last_used[resolved] = time.monotonic()
            # Where a pass met the limit of memory, what the model holds is what others need.
            if not is_done and resolved not in self._kept:
                with self._lock:
                    self._sessions.pop(resolved, None)

    def _session(self, name: str) -> "Matting | _RembgSession":
        entry = _matting_entry(name)
        # Held while loading: of two threads that want a new model, one loads it, and one waits.
        with self._lock:
            held = self._sessions.get(name)
            # A network that was converted while this process serves is run by MNN from then on.
            chosen = None if entry is None else self._choose(entry)
            if held is None or chosen != held.chosen:
                try:
                    session = (
                        self._load_by_hand(name)
                        if entry is None or chosen is None
                        else self._load(entry, chosen)
                    )
                    held = _Held(chosen, chosen, session)
                except MemoryError:
                    if held is None:
                        raise
                    # Not tried again before this one is let go: it would fail for every picture.
                    held = replace(held, chosen=chosen)
                    _log.warning("%s is run as before: memory is short to load it anew.", name)
                self._sessions[name] = held
            self._last_used[name] = time.monotonic()
            return held.session

    def _choose(self, entry: ModelWeights) -> Choice:
        return choice.of(entry, self.models_dir, wish=self.runtime, providers=self.providers)

    def _runtime_of(self, entry: ModelWeights) -> str | None:
        """What would run a listed model, or None where nothing can."""
        try:
            self._weights_path(entry.name)
            return self._choose(entry).runtime
        except ModelNotInstalled:
            return None

    def _load(self, entry: ModelWeights, chosen: Choice) -> Matting:
        path = self._weights_path(entry.name)
        network: Network
        if chosen.runtime == choice.MNN:
            converted = records.converted(self.models_dir, entry)
            network = MnnNetwork(converted, threads=self.threads)
        else:
            if chosen.why:
                _log.warning("ONNX Runtime runs %s: %s.", entry.name, chosen.why)
            if not weights.is_right(path, entry):
                raise ModelNotInstalled(
                    f"The weights of {entry.name}, {path.name}, are damaged (SHA-256 mismatch). Delete "
                    f"the file, then run `make models NAMES={entry.name}`."
                )
            model = graphs.as_run(path.read_bytes(), entry)
            network = OnnxNetwork(model, threads=self.threads, providers=self.providers)
        return Matting(network, session=entry.session, side=entry.input)

    def _load_by_hand(self, name: str) -> "_RembgSession":
        path = self._weights_path(name)
        options = onnx_network.options(self.threads)
        with _home_lock:
            os.environ[_HOME_VARIABLE] = str(self.models_dir)
            session = rembg_sessions.session_classes()[name](
                name, options, model_path=str(path), providers=list(self.providers)
            )
        return _RembgSession(session)

    def _weights_path(self, name: str) -> Path:
        entry = _matting_entry(name)
        path = self.models_dir / (f"{name}.onnx" if entry is None else entry.file)
        if path.is_file():
            return path
        how = (
            f"run `make models NAMES={name}`"
            if entry
            else f"place {path.name}, from rembg's releases, in the folder of the models"
        )
        raise ModelNotInstalled(f"The model {name} is not installed: {how}.")

    def _placed_by_hand(self) -> list[str]:
        known = {entry.file for entry in weights.catalogue()}
        stems = [path.stem for path in self.models_dir.glob("*.onnx") if path.name not in known]
        # Importing rembg costs half a second: only where there is something to ask it about.
        offered = _offered_by_rembg() if stems else set()
        return sorted(stem for stem in stems if stem in offered and _matting_entry(stem) is None)


@dataclass(frozen=True, slots=True)
class _Held:
    """A session, what was chosen when it was last asked for, and what it is run by all the same; no
    choice for models placed by hand."""

    chosen: Choice | None
    by: Choice | None
    session: "Matting | _RembgSession"


class _RembgSession:
    """One of rembg's sessions, fed with small pictures."""

    def __init__(self, session: Any) -> None:
        self._session = session
        # rembg's own code goes on as it is, and finds this in the session's place.
        session.inner_session = _FirstOutput(session.inner_session)

    def matte(self, rgb: U8) -> F32:
        """Run rembg's own preparation, network and min-max stretch on a copy of the network's size.

        Handing over the small copy changes nothing but the time: rembg's two LANCZOS resizes, a
        second on 12 megapixels, find nothing left to do.
        """
        small = Image.fromarray(shrink(rgb, (_MAX_INPUT, _MAX_INPUT)))
        with np.errstate(invalid="ignore", divide="ignore"):
            stretched = np.asarray(self._session.predict(small)[0])
        return stretched.astype(np.float32) / np.float32(255)


class _FirstOutput:
    """Stands in for the ONNX Runtime session inside rembg's: computes the one output that rembg
    reads instead of all 7 to 12 (IS-Net's others are large feature maps)."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._first = inner.get_outputs()[0].name

    def get_inputs(self) -> Any:
        return self._inner.get_inputs()

    def run(self, _names: object, feed: dict[str, Any]) -> list[Any]:
        outputs: list[Any] = self._inner.run([self._first], feed)
        return outputs


def _matting_entry(name: str) -> ModelWeights | None:
    entry = weights.find(name)
    return entry if entry is not None and entry.task == "matting" else None


def _offered_by_rembg() -> set[str]:
    """Models of rembg that run on this machine: some of its sessions send the picture away."""
    return {
        name
        for name, session in rembg_sessions.session_classes().items()
        if session.is_local() and not session.requires_credentials() and name not in _NOT_OFFERED
    }


def _by_hand(name: str) -> ModelInfo:
    return ModelInfo(
        name=name,
        task="matting",
        installed=True,
        licence="see the model's author",
        description="A rembg model placed by hand; its weights are not verified.",
        aliases=(),
        runtime=choice.ONNXRUNTIME,
    )
