"""The models of a process: what there is, what is installed, one session of each.

Loading is lazy and happens once; weights are hashed when they are first loaded. Nothing is ever
downloaded here.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from PIL import Image

from processing.engine.arrays import F32, U8, shrink
from processing.engine.errors import ModelNotInstalled, UnknownModel
from processing.engine.networks import rembg_sessions, weights
from processing.engine.networks.weights import ModelWeights

# rembg reads its models folder from the environment, at the moment a session is made.
_HOME_VARIABLE = "U2NET_HOME"
_home_lock = threading.Lock()

# Sessions of rembg that do not answer "one picture, one matte" from one file of their own name.
_NOT_OFFERED = {"dis_custom", "u2net_custom", "ben_custom", "sam", "u2net_cloth_seg"}
# For models that are not in weights.toml: the largest input of any of rembg's networks. rembg
# resizes once more to what the network really takes.
_MAX_INPUT = 1024
# A network that saw no subject still answers with faint noise (measured: at most 0.05 on blank
# pictures and gradients, 0.99 on photos), which rembg would stretch to a full matte.
_FAINT = 0.1


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model as people see it: its name, what it does, and whether it can be used now."""

    name: str
    task: str
    installed: bool
    licence: str
    description: str
    aliases: tuple[str, ...]


class Models(Protocol):
    """What the pipeline needs of a registry; tests may give it something smaller."""

    def resolve(self, name: str) -> str: ...

    def provider(self, name: str) -> str: ...

    def side(self, name: str) -> int: ...

    def matte(self, name: str, rgb: U8) -> F32: ...


class Registry:
    """All matting models that can run in this process.

    `models_dir` holds the weights; `threads` is how many cores one picture may use, in ONNX Runtime
    and in OpenCV (whose pool belongs to the whole process: the last Registry made decides);
    `providers` are ONNX Runtime's execution providers in order of preference.

    Safe to share between threads, which do not wait for each other: ONNX Runtime's sessions may run
    several pictures at once.
    """

    def __init__(
        self,
        models_dir: Path,
        threads: int = 2,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        self.models_dir = models_dir.absolute()
        self.threads = threads
        self.providers = tuple(providers)
        self._sessions: dict[str, _Session] = {}
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
        """Say what runs a model, and its own name: "rembg/u2netp". Raises UnknownModel."""
        return f"rembg/{self.resolve(name)}"

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

    def version(self, name: str) -> str:
        """Say what changes when answers may: the weights' SHA-256 and how they are run, or
        for weights placed by hand their size and time. Raises UnknownModel, ModelNotInstalled."""
        resolved = self.resolve(name)
        if entry := _matting_entry(resolved):
            return entry.version
        facts = self._weights_path(resolved).stat()
        return f"{resolved} {facts.st_size} {facts.st_mtime_ns}"

    def warm(self, name: str) -> None:
        """Load a model and run it once, so that the first picture pays for neither."""
        self.matte(name, np.zeros((64, 64, 3), np.uint8))

    def matte(self, name: str, rgb: U8) -> F32:
        """Ask how much each place belongs to the subject: float32 (n, n), 0 to 1.

        The square grid of the network (320 for u2netp, 1024 for IS-Net) covers the whole picture,
        whatever its proportions; `rgb` is uint8 (h, w, 3). All zeros when nothing was found.
        Raises UnknownModel, ModelNotInstalled.
        """
        return self._session(self.resolve(name)).matte(rgb)

    def _session(self, name: str) -> "_Session":
        # Held while loading: of two threads that want a new model, one loads it, and one waits.
        with self._lock:
            if name not in self._sessions:
                self._sessions[name] = self._load(name)
            return self._sessions[name]

    def _load(self, name: str) -> "_Session":
        path = self._weights_path(name)
        entry = _matting_entry(name)
        if entry is not None and not weights.is_right(path, entry):
            raise ModelNotInstalled(
                f"The weights of {name} at {path} are damaged (SHA-256 mismatch). Delete the "
                f"file, then run `make models NAMES={name}`."
            )
        session_name = name if entry is None else entry.session
        import onnxruntime  # 40 MB: not for processes that only ask which models there are

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Threads that are done would else keep a core busy for 50 ms, waiting for more; no run is faster.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        with _home_lock:
            os.environ[_HOME_VARIABLE] = str(self.models_dir)
            session = rembg_sessions.session_classes()[session_name](
                session_name, options, model_path=str(path), providers=list(self.providers)
            )
        return _Session(session, entry)

    def _weights_path(self, name: str) -> Path:
        entry = _matting_entry(name)
        path = self.models_dir / (f"{name}.onnx" if entry is None else entry.file)
        if path.is_file():
            return path
        how = (
            f"run `make models NAMES={name}`"
            if entry
            else f"place its weights at {path} (see rembg's releases)"
        )
        raise ModelNotInstalled(f"The model {name} is not installed: {how}.")

    def _placed_by_hand(self) -> list[str]:
        known = {entry.file for entry in weights.catalogue()}
        stems = [path.stem for path in self.models_dir.glob("*.onnx") if path.name not in known]
        # Importing rembg costs half a second: only where there is something to ask it about.
        offered = _offered_by_rembg() if stems else set()
        return sorted(stem for stem in stems if stem in offered and _matting_entry(stem) is None)


class _Session:
    """One of rembg's sessions, fed with small pictures."""

    def __init__(self, session: Any, entry: ModelWeights | None) -> None:
        self._session = session
        self._side = entry.input if entry else _MAX_INPUT
        # Only of the networks in weights.toml do we know that they answer with probabilities.
        self._answers_probabilities = entry is not None
        self._network = _FirstOutput(session.inner_session)
        # rembg's own code goes on as it is, and finds this in the session's place.
        session.inner_session = self._network

    def matte(self, rgb: U8) -> F32:
        """Run rembg's own preparation, network and min-max stretch on a copy of the network's size.

        Handing over the small copy changes nothing but the time: rembg's two LANCZOS resizes, a
        second on 12 megapixels, find nothing left to do.
        """
        small = Image.fromarray(shrink(rgb, (self._side, self._side)))
        with np.errstate(invalid="ignore", divide="ignore"):
            stretched = np.asarray(self._session.predict(small)[0])
            faint = self._answers_probabilities and self._network.peak < _FAINT
        if faint:
            return np.zeros(stretched.shape, np.float32)
        return stretched.astype(np.float32) / np.float32(255)


class _FirstOutput:
    """Stands in for the ONNX Runtime session inside rembg's: computes the one output that rembg
    reads instead of all 7 to 12 (IS-Net's others are large feature maps), and keeps its peak, which
    is lost in rembg's stretch. The peak is the calling thread's own last one."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._first = inner.get_outputs()[0].name
        self._last = threading.local()

    @property
    def peak(self) -> float:
        return float(self._last.peak)

    def get_inputs(self) -> Any:
        return self._inner.get_inputs()

    def run(self, _names: object, feed: dict[str, Any]) -> list[Any]:
        outputs: list[Any] = self._inner.run([self._first], feed)
        self._last.peak = float(outputs[0].max())
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
    )
