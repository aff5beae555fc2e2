"""NETWORK_RUNTIME: `mnn` only where it can be."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.setup import runtimes
from config.setup.runtimes import network_runtime

ON_PROCESSOR = ["CPUExecutionProvider"]


@pytest.mark.parametrize("name", ["auto", "onnxruntime"])
def test_what_can_be_asked_for_anywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "find_spec", lambda _: None)
    for providers in (ON_PROCESSOR, ["CUDAExecutionProvider"]):
        assert network_runtime(name, providers) == name


def test_mnn_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "find_spec", lambda name: name)
    assert network_runtime("mnn", ON_PROCESSOR) == "mnn"
    with pytest.raises(ImproperlyConfigured, match="ONNX_PROVIDERS names others"):
        network_runtime("mnn", ["CUDAExecutionProvider", *ON_PROCESSOR])
    monkeypatch.setattr(runtimes, "find_spec", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match="MNN is not installed"):
        network_runtime("mnn", ON_PROCESSOR)
