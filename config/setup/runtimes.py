"""What runs the networks that cut out, as the environment asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured


def network_runtime(name: str, providers: Sequence[str]) -> str:
    """Return the runtime that NETWORK_RUNTIME names. Raises ImproperlyConfigured for `mnn` where it
    can't be: without its package, or with ONNX_PROVIDERS beyond the processor."""
    if name == "mnn" and find_spec("MNN") is None:
        raise ImproperlyConfigured(
            "NETWORK_RUNTIME is mnn, but MNN is not installed: it has no wheel for every Python and "
            "processor. Set it to auto."
        )
    if name == "mnn" and list(providers) != ["CPUExecutionProvider"]:
        raise ImproperlyConfigured(
            "NETWORK_RUNTIME is mnn, which runs on the processor, but ONNX_PROVIDERS names others for "
            "ONNX Runtime. Leave one of them out."
        )
    return name
