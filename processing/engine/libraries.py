"""The libraries that decide about pictures, and which versions of them are installed."""

from collections.abc import Mapping
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
    "ncnn": ("ncnn",),
    "numpy": ("numpy",),
    "onnxruntime": _ONNXRUNTIME,
    "pillow_heif": ("pillow-heif",),
    "rapidocr": ("rapidocr", *_ONNXRUNTIME),
    "rembg": ("rembg",),
}


def installed(library: str) -> str:
    """The library as it is installed here: its packages' names and versions."""
    found = []
    for package in LIBRARIES[library]:
        try:
            found.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue  # another package brings the module, or the work will fail for want of it
    return ", ".join((library, *found))
