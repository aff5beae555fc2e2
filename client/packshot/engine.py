"""Packshot's engine in this process: the same results as a site's, without a site.

The engine is no part of this package. It is the folder `processing/engine` of the project, plain Python, found
where this package lies in a checkout, where PACKSHOT_HOME names one, or where it can be imported anyway. What it
needs is installed by the extra `local`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
from pydantic import TypeAdapter, ValidationError

from packshot.errors import PackshotError

if TYPE_CHECKING:
    from processing.engine.composing import Tools
    from processing.engine.networks.registry import Registry

_PLACE = Path("processing/engine/__init__.py")
_MAX_PIXELS = 65_000_000


class NoEngine(PackshotError):
    """The engine, or something that it needs, is not here."""


class Unmakeable(PackshotError):
    """The engine can't make that of this picture; ``code`` is the one that the API would answer."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Engine:
    """The engine with its networks, of which each thread that uses it gets its own.

    ``threads`` is how many cores a network uses for one picture. It decides about single levels of a matte: a
    site uses one for batches, and MODEL_THREADS, two by default, for single pictures.
    """

    def __init__(self, *, threads: int, report: Callable[[str], None]) -> None:
        _find()
        try:
            from processing.engine.networks import registry
        except ImportError as error:
            raise NoEngine(
                f"The engine needs {error.name}: in a checkout, pip install -e 'client[local]'."
            ) from error
        self._threads = threads
        self._report = report
        self._models_dir = models_dir()
        self._new_registry = registry.Registry
        self._own = threading.local()
        self._lock = threading.Lock()
        self._ready: set[str] = set()

    @property
    def _models(self) -> Registry:
        """This thread's networks: one is run for one picture at a time."""
        found: Registry | None = getattr(self._own, "models", None)
        if found is None:
            found = self._own.models = self._new_registry(self._models_dir, threads=self._threads)
        return found

    def cut_out(self, source: bytes, options: dict[str, Any]) -> bytes:
        """Do what `POST /images/tools/remove-background` does with these options."""
        from processing.engine.plans.cutout import CutoutPlan
        from processing.engine.render_cutout import render

        plan = self._plan(CutoutPlan, options)
        self._fetch(plan.model)
        return self._made(lambda: render(source, plan, self._models, max_pixels=_MAX_PIXELS).data)

    def edit(self, source: bytes, edit: dict[str, Any]) -> bytes:
        """Do what `POST /images/tools/edit` does with this plan. It names no other pictures."""
        from processing.engine.plans.edit import EditPlan
        from processing.engine.render_edit import render_edit

        plan = self._plan(EditPlan, _with_sides(edit))
        if plan.cutting is not None:
            self._fetch(plan.cutting.model)
        return self._made(lambda: render_edit(source, plan, self._tools()).data)

    def _plan(self, kind: type[Any], options: dict[str, Any]) -> Any:
        from processing.engine.errors import InvalidPlan

        reader: TypeAdapter[Any] = TypeAdapter(kind)
        try:
            return reader.validate_json(reader_json(options))
        except (ValidationError, InvalidPlan) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise Unmakeable(said.removeprefix("Value error, "), "VALIDATION_ERROR") from error

    def _made(self, make: Callable[[], bytes]) -> bytes:
        from processing.engine.errors import EngineError

        try:
            return make()
        except EngineError as error:
            raise Unmakeable(error.message, error.code) from error

    def _tools(self) -> Tools:
        from processing.engine.backdrops import Studio
        from processing.engine.composing import Tools
        from processing.engine.networks.upscaler import Upscaler
        from processing.engine.text.detect import TextFinder

        def none(name: str) -> bytes:
            raise Unmakeable("Without a site there are no other pictures.", "VALIDATION_ERROR")

        return Tools(
            models=self._models,
            images=none,
            backdrop=lambda name: Studio(),
            texts=TextFinder(threads=self._threads),
            upscaler=Upscaler(self._models_dir, threads=self._threads),
            max_pixels=_MAX_PIXELS,
        )

    def _fetch(self, model: str) -> None:
        """Have the networks that a model asks, which are fetched and made ready the first time."""
        from processing.engine.errors import EngineError
        from processing.engine.networks import auto, weights
        from processing.engine.networks.runtimes import converting

        with self._lock:
            if model in self._ready:
                return
            for name in auto.asked(model):
                entry = weights.find(name)
                if entry is None and importlib.util.find_spec("rembg") is None:
                    # Whose models are no part of the extra.
                    raise Unmakeable(f"There is no model {name!r} here.", "UNKNOWN_MODEL")
                try:
                    if entry is not None and not (self._models_dir / entry.file).is_file():
                        self._models_dir.mkdir(parents=True, exist_ok=True)
                        weights.fetch(name, self._models_dir, report=self._report)
                        converting.prepare(
                            entry, self._models_dir, threads=self._threads, report=self._report
                        )
                except EngineError as error:
                    raise NoEngine(error.message) from error
            self._ready.add(model)


def reader_json(options: dict[str, Any]) -> bytes:
    """Write options as JSON, by which alone strict plans take lists for tuples."""
    return TypeAdapter(dict[str, Any]).dump_json(options)


def models_dir() -> Path:
    """Return where networks are kept: PACKSHOT_MODELS_DIR, a checkout's, or the user's cache."""
    named = os.environ.get("PACKSHOT_MODELS_DIR")
    if named:
        return Path(named)
    home = _home()
    if home is not None and (home / "var/models").is_dir():
        return home / "var/models"
    return platformdirs.user_cache_path("packshot") / "models"


def _home() -> Path | None:
    named = os.environ.get("PACKSHOT_HOME")
    places = [Path(named)] if named else [Path(__file__).resolve().parents[2]]
    return next((place for place in places if (place / _PLACE).is_file()), None)


def _find() -> None:
    """Let the engine be imported. Raises NoEngine."""
    home = _home()
    if home is not None:
        if str(home) not in sys.path:
            sys.path.insert(0, str(home))
    elif os.environ.get("PACKSHOT_HOME") or not _is_importable():
        raise NoEngine(
            "Without a site Packshot's engine is needed, which lies in the project: set PACKSHOT_HOME to a "
            "checkout of it, or install this package from one (pip install -e 'client[local]')."
        )


def _is_importable() -> bool:
    try:
        return importlib.util.find_spec("processing.engine.render_cutout") is not None
    except ImportError:
        return False


def _with_sides(edit: dict[str, Any]) -> dict[str, Any]:
    """Spell one length for all four sides as four."""
    if not isinstance(layout := edit.get("layout", {}), dict):
        return edit  # whoever reads it says so
    layout = dict(layout)
    for name in ("margin", "padding"):
        if name in layout and not isinstance(layout[name], dict):
            layout[name] = dict.fromkeys(("top", "right", "bottom", "left"), layout[name])
    return edit | {"layout": layout}
