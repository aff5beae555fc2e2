"""The libraries that decide about pictures, and which versions of them are installed."""

from collections.abc import Mapping
from functools import cache
from importlib import metadata

# The packages on the Python Package Index that bring a module. Where there are several, any may be
# installed; RapidOCR runs its networks by ONNX Runtime. A package carries the C libraries, and RapidOCR
# the weights, that it uses, so its version says theirs.
_ONNXRUNTIME = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml")
LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "MNN": ("MNN",),
    "PIL": ("pillow",),
    "cv2": ("opencv-python-headless", "opencv-python", "opencv-contrib-python-headless"),
    "isal": ("isal",),
    "lensfunpy": ("lensfunpy",),
    "ncnn": ("ncnn",),
    "numpy": ("numpy",),
    "onnxruntime": _ONNXRUNTIME,
    "pillow_heif": ("pillow-heif",),
    "rapidocr": ("rapidocr", *_ONNXRUNTIME),
    "rembg": ("rembg",),
}


def installed(library: str) -> str:
    """The library as it is installed here: its packages' names and versions."""
    # One that is missing: another package brings the module, or the work will fail for want of it.
    found = [
        f"{package} {version}" for package in LIBRARIES[library] if (version := version_of(package))
    ]
    return ", ".join((library, *found))


@cache
def version_of(package: str) -> str | None:
    """The version of a package that was installed when it was first asked for; None where it is missing.

    Asking takes a millisecond or two each time, and a process keeps the code that it has loaded.
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
