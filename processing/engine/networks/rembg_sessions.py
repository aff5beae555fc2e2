"""rembg's matting sessions without the rest of rembg.

`import rembg` runs the package's `__init__`, which imports pymatting and has numba compile it: over
a minute in a fresh environment, seconds later, and 222 MB in every worker, for an edge refiner that
we replace with a faster one. The session classes need none of it. So while `rembg.sessions` is
imported, a bare shell with the package's real `__path__` stands in for the package: 0.5 s and 83 MB.
The shell is taken away again at once; who later imports rembg in the same process gets all of it.
"""

import importlib
import importlib.util
import sys
import threading
from types import ModuleType
from typing import Any

_lock = threading.Lock()


def session_classes() -> dict[str, Any]:
    """rembg's session classes by the names that rembg gives them."""
    with _lock:
        loaded = sys.modules.get("rembg.sessions") or _load()
    classes: dict[str, Any] = loaded.sessions
    return classes


def _load() -> ModuleType:
    if "rembg" in sys.modules:
        return importlib.import_module("rembg.sessions")
    spec = importlib.util.find_spec("rembg")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("rembg is not installed: `make run` installs it.", name="rembg")
    shell = ModuleType("rembg")
    shell.__path__ = list(spec.submodule_search_locations)
    shell.__spec__ = spec
    sys.modules["rembg"] = shell
    try:
        return importlib.import_module("rembg.sessions")
    finally:
        del sys.modules["rembg"]
