"""Names, what is installed, and agreement with rembg itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from processing.engine.errors import ModelNotInstalled, UnknownModel
from processing.engine.networks import registry as registry_module
from processing.engine.networks import rembg_sessions, weights
from processing.engine.networks.registry import Registry
from processing.engine.networks.runtimes import choice
from processing.engine.networks.runtimes.choice import Choice
from processing.engine.networks.runtimes.matting import Matting


def test_aliases(registry: Registry) -> None:
    assert registry.resolve("fast") == registry.resolve("u2netp") == "u2netp"
    assert registry.resolve("high") == registry.resolve("isnet-general-use") == "isnet-general-use"
    assert registry.resolve("silueta") == "silueta"


@pytest.mark.parametrize(
    "name", ["", "nothing", "withoutbg", "atlascloud", "sam", "u2net_custom", "../x"]
)
def test_unknown_and_remote_models_are_refused(registry: Registry, name: str) -> None:
    for ask in (registry.resolve, registry.check, registry.warm):
        with pytest.raises(UnknownModel):
            ask(name)


def test_an_installed_model_passes(registry: Registry) -> None:
    registry.check("fast")
    info = registry.names()[0]
    assert (info.name, info.aliases, info.task, info.installed) == (
        "u2netp",
        ("fast",),
        "matting",
        True,
    )
    assert info.licence == "Apache-2.0"


def test_the_side_of_what_a_model_looks_at(registry: Registry) -> None:
    assert (registry.side("fast"), registry.side("silueta")) == (320, 1024)


def test_a_model_has_one_version_under_all_its_names(registry: Registry) -> None:
    assert registry.version("fast") == registry.version("u2netp")
    assert registry.version("high") != registry.version("fast")


def test_the_version_names_the_runtime_and_its_version(models_dir: Path) -> None:
    by_onnxruntime = Registry(models_dir, runtime="onnxruntime")
    version = f"onnxruntime onnxruntime, onnxruntime {metadata.version('onnxruntime')}"
    assert by_onnxruntime.version("fast").endswith(version)
    assert by_onnxruntime.provider("high") == "onnxruntime/isnet-general-use"
    assert by_onnxruntime.provider("silueta") == "rembg/silueta"


class Network:
    """Finds the whole picture, half of it surely."""

    def __init__(self, *_: object, **__: object) -> None:
        return None

    def run(self, planes: np.ndarray) -> np.ndarray:
        answer = np.ones((320, 320), np.float32)
        answer[:160] = 0
        return answer


def test_a_network_that_is_converted_while_a_process_serves_is_run_by_mnn_from_then_on(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = Choice("onnxruntime", "1", "it is not converted for MNN yet; run `make models`")
    monkeypatch.setattr(choice, "of", lambda *_, **__: chosen)
    for runtime in ("OnnxNetwork", "MnnNetwork"):
        monkeypatch.setattr(f"{registry_module.__name__}.{runtime}", type(runtime, (Network,), {}))
    caplog.set_level("WARNING", registry_module.__name__)
    serving = Registry(models_dir)
    black = np.zeros((8, 8, 3), np.uint8)
    for _ in range(2):
        assert serving.matte("fast", black).mean() == 0.5
    assert [record.getMessage() for record in caplog.records] == [
        "ONNX Runtime runs u2netp: it is not converted for MNN yet; run `make models`."
    ]
    chosen = Choice("mnn", "3.6.1")
    assert serving.matte("fast", black).mean() == 0.5
    session = serving._sessions["u2netp"].session
    assert isinstance(session, Matting)
    assert type(session._network).__name__ == "MnnNetwork"
    assert serving.names()[0].runtime == "mnn"


def test_a_network_that_mnn_finds_no_memory_for_is_run_as_before(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[str] = []

    def no_memory(*_: object, **__: object) -> Network:
        tried.append("mnn")
        raise MemoryError

    chosen = Choice("onnxruntime", "1")
    monkeypatch.setattr(choice, "of", lambda *_, **__: chosen)
    monkeypatch.setattr(registry_module, "OnnxNetwork", Network)
    monkeypatch.setattr(registry_module, "MnnNetwork", no_memory)
    caplog.set_level("WARNING", registry_module.__name__)
    serving = Registry(models_dir)
    serving.matte("fast", BLACK)
    chosen = Choice("mnn", "3.6.1")
    for _ in range(2):
        assert serving.matte("fast", BLACK).mean() == 0.5
    assert tried == ["mnn"]
    assert serving.provider("fast") == "onnxruntime/u2netp"
    assert [record.getMessage() for record in caplog.records] == [
        "u2netp is run as before: memory is short to load it anew."
    ]
    # What is loaded for the first time has nothing to fall back on.
    with pytest.raises(MemoryError):
        Registry(models_dir).matte("fast", BLACK)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have networks stood in for; which files were loaded, in turn."""
    loaded: list[str] = []

    class Loaded(Network):
        def __init__(self, path: Path, **_: object) -> None:
            loaded.append(path.stem)

    monkeypatch.setattr(choice, "of", lambda *_, **__: Choice("mnn", "3.6.1"))
    monkeypatch.setattr(registry_module, "MnnNetwork", Loaded)
    return loaded


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """A folder with the files of both networks, which nobody reads."""
    for name in ("fast", "high"):
        entry = weights.find(name)
        assert entry is not None
        (tmp_path / entry.file).touch()
    return tmp_path


BLACK = np.zeros((8, 8, 3), np.uint8)


def test_what_nobody_used_is_let_go_and_loaded_again_when_it_is_needed(
    loads: list[str], both: Path
) -> None:
    serving = Registry(both)
    serving.warm("fast")
    assert serving.let_go(0) == []  # what was warmed is kept
    before = serving.matte("high", BLACK)
    assert serving.let_go(3600) == []
    assert loads == ["u2netp", "isnet-general-use"]
    assert serving.let_go(0) == ["isnet-general-use"]
    assert serving.let_go(0) == []
    serving.matte("fast", BLACK)
    assert np.array_equal(serving.matte("high", BLACK), before)
    assert loads == ["u2netp", "isnet-general-use", "isnet-general-use"]


@pytest.mark.parametrize(("unused_for", "gone"), [(60, []), (59, ["isnet-general-use"])])
def test_the_time_counts_from_the_end_of_the_last_look(
    loads: list[str],
    both: Path,
    monkeypatch: pytest.MonkeyPatch,
    unused_for: float,
    gone: list[str],
) -> None:
    clock = iter([100.0, 130.0, 189.5])  # the look begins, ends, and 59.5 s later it is checked
    monkeypatch.setattr(registry_module.time, "monotonic", lambda: next(clock))
    serving = Registry(both)
    serving.matte("high", BLACK)
    assert serving.let_go(unused_for) == gone


def test_a_network_that_is_let_go_during_a_look_finishes_it(
    loads: list[str], both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Registry(both)
    gone: list[list[str]] = []
    run = Network.run

    def let_go_meanwhile(self: Network, planes: np.ndarray) -> np.ndarray:
        gone.append(serving.let_go(0))
        return run(self, planes)

    monkeypatch.setattr(Network, "run", let_go_meanwhile)
    for _ in range(2):
        assert serving.matte("high", BLACK).mean() == 0.5
    assert gone == [["isnet-general-use"]] * 2
    assert loads == ["isnet-general-use"] * 2


def test_what_found_not_enough_memory_for_a_pass_keeps_none_of_it(
    loads: list[str], both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Registry(both)
    serving.warm("fast")
    run = Network.run

    def fail(self: Network, planes: np.ndarray) -> np.ndarray:
        raise MemoryError

    monkeypatch.setattr(Network, "run", fail)
    for name in ("high", "fast"):
        with pytest.raises(MemoryError):
            serving.matte(name, BLACK)
    monkeypatch.setattr(Network, "run", run)
    for name in ("high", "fast"):
        serving.matte(name, BLACK)
    assert loads == ["u2netp", "isnet-general-use", "isnet-general-use"]


def test_letting_go_does_not_wait_for_a_network_that_is_being_loaded(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Registry(models_dir)
    gone: list[list[str]] = []

    def load(*_: object, **__: object) -> Network:
        thread = threading.Thread(target=lambda: gone.append(serving.let_go(0)), daemon=True)
        thread.start()
        thread.join(30)
        return Network()

    monkeypatch.setattr(choice, "of", lambda *_, **__: Choice("mnn", "3.6.1"))
    monkeypatch.setattr(registry_module, "MnnNetwork", load)
    serving.matte("fast", BLACK)
    assert gone == [[]]


def test_a_runtime_that_is_asked_for_and_can_not_be_is_refused(
    tmp_path: Path, models_dir: Path
) -> None:
    (tmp_path / "u2netp.onnx").symlink_to(models_dir / "u2netp.onnx")
    forced = Registry(tmp_path, runtime="mnn")
    for ask in (forced.check, forced.warm, forced.version, forced.provider):
        with pytest.raises(ModelNotInstalled, match="NETWORK_RUNTIME is mnn, but u2netp can't"):
            ask("fast")
    assert [info.runtime for info in forced.names()] == [None, None]


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({"sha256": "0" * 64}, True),
        ({"input": 512}, True),
        ({"session": "dis_custom"}, True),
        ({"description": "Better.", "sources": (), "default": False}, False),
    ],
)
def test_other_weights_and_another_way_to_run_them_are_another_version(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], counts: bool
) -> None:
    before, (entry, *others) = registry.version("fast"), weights.catalogue()
    entries = (replace(entry, **changed), *others)
    monkeypatch.setattr(weights, "catalogue", lambda: entries)
    assert (registry.version("fast") != before) is counts


def test_weights_placed_by_hand_have_their_file_s_version(tmp_path: Path) -> None:
    registry, path = Registry(tmp_path), tmp_path / "silueta.onnx"
    path.write_bytes(b"one")
    os.utime(path, (1, 1))
    before = registry.version("silueta")
    os.utime(path, (1, 2))
    assert registry.version("silueta") != before
    path.unlink()
    with pytest.raises(ModelNotInstalled):
        registry.version("silueta")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("high", "run `make models NAMES=isnet-general-use`.$"),
        # Customers read this, too: it tells no path.
        ("silueta", "place silueta.onnx, from rembg's releases, in the folder of the models.$"),
    ],
)
def test_a_missing_model_says_what_to_do(tmp_path: Path, name: str, hint: str) -> None:
    for ask in (Registry(tmp_path).check, Registry(tmp_path).warm):
        with pytest.raises(ModelNotInstalled, match=hint):
            ask(name)
    assert [info.installed for info in Registry(tmp_path).names()] == [False, False]


def test_a_damaged_file_is_never_loaded(tmp_path: Path, models_dir: Path) -> None:
    damaged = bytearray((models_dir / "u2netp.onnx").read_bytes())
    damaged[1000] ^= 1
    (tmp_path / "u2netp.onnx").write_bytes(damaged)
    with pytest.raises(ModelNotInstalled) as refused:
        Registry(tmp_path).warm("fast")
    # Customers read this, too: it tells no path.
    assert refused.value.message == (
        "The weights of u2netp, u2netp.onnx, are damaged (SHA-256 mismatch). Delete the file, then run "
        "`make models NAMES=u2netp`."
    )


def test_a_model_placed_by_hand_is_offered_and_runs(tmp_path: Path, models_dir: Path) -> None:
    # silueta is a smaller U-2-Net of the same input and output, so u2netp's file can play it.
    shutil.copy(models_dir / "u2netp.onnx", tmp_path / "silueta.onnx")
    (tmp_path / "unheard-of.onnx").write_bytes(b"?")
    placed = Registry(tmp_path)
    assert [info.name for info in placed.names() if info.installed] == ["silueta"]
    placed.check("silueta")
    assert placed.matte("silueta", np.zeros((64, 64, 3), np.uint8)).dtype == np.float32


@pytest.mark.parametrize("name", ["wool-hat", "striped-top"])
def test_the_matte_is_rembgs_own(
    registry: Registry,
    models_dir: Path,
    photo: Callable[[str], bytes],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    image = Image.open(BytesIO(photo(name))).convert("RGB")
    matte = registry.matte("fast", np.asarray(image))
    assert (matte.shape, matte.dtype) == ((320, 320), np.float32)
    assert (float(matte.min()), float(matte.max())) == (0.0, 1.0)
    path = str(models_dir / "u2netp.onnx")
    monkeypatch.setenv("U2NET_HOME", str(models_dir))
    session = rembg_sessions.session_classes()["u2net_custom"](
        "u2net_custom", None, model_path=path
    )
    theirs = np.asarray(session.predict(image)[0].resize((320, 320), Image.Resampling.BOX)) / 255
    # They shrink with LANCZOS and we by areas: the same but for the last pixel of an edge.
    assert float(np.abs(matte - theirs).mean()) < 0.006


@pytest.mark.parametrize("value", [0, 255])
def test_an_empty_picture_has_no_subject(registry: Registry, value: int) -> None:
    assert registry.matte("fast", np.full((50, 90, 3), value, np.uint8)).max() == 0


def test_threads_share_one_session(models_dir: Path, photo: Callable[[str], bytes]) -> None:
    shared = Registry(models_dir)
    rgb = np.asarray(Image.open(BytesIO(photo("wool-hat"))))
    mattes: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: mattes.append(shared.matte("fast", rgb))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shared._sessions) == 1
    assert all(np.array_equal(mattes[0], other) for other in mattes[1:])


def test_rembg_is_imported_without_its_heavy_half() -> None:
    code = (
        "import sys; from processing.engine.networks.rembg_sessions import session_classes as s;"
        "assert 'u2net_custom' in s();"
        "assert not {'numba', 'pymatting', 'rembg'} & set(sys.modules), sorted(sys.modules);"
        "assert s() is s()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert rembg_sessions.session_classes()["u2netp"].is_local()
