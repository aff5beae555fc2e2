"""What a panorama's XMP tells viewers about it (Google's Photo Sphere XMP Metadata, the namespace GPano).

https://developers.google.com/streetview/spherical-metadata. What isn't needed to show the picture (dates,
software) is left out, and so is everything else that the packet holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from processing.engine.errors import EngineError
from processing.engine.files import opening

_NAMESPACE: Final = "http://ns.google.com/photos/1.0/panorama/"
_EQUIRECTANGULAR: Final = "equirectangular"
_ANGLES: Final = (
    *("PoseHeadingDegrees", "PosePitchDegrees", "PoseRollDegrees"),
    *("InitialViewHeadingDegrees", "InitialViewPitchDegrees", "InitialViewRollDegrees"),
    *("InitialHorizontalFOVDegrees", "InitialVerticalFOVDegrees"),
)
_WIDTH, _WHOLE_WIDTH = "CroppedAreaImageWidthPixels", "FullPanoWidthPixels"
_LENGTHS: Final = (
    *(_WIDTH, "CroppedAreaImageHeightPixels", _WHOLE_WIDTH, "FullPanoHeightPixels"),
    *("CroppedAreaLeftPixels", "CroppedAreaTopPixels"),
)
_KEPT: Final = frozenset(("UsePanoramaViewer", "ProjectionType", *_ANGLES, *_LENGTHS))
_LONGEST: Final = 40
_MAX_READ: Final = 1 << 20
_SEPARATOR: Final = " "


@dataclass(frozen=True, slots=True)
class Told:
    """The properties of GPano that a file has, by name and as they are written there."""

    properties: Mapping[str, str]

    @property
    def is_whole_turn(self) -> bool:
        """Whether the picture isn't said to be a part of the turn."""
        own, whole = (_number(self.properties.get(name, "")) for name in (_WIDTH, _WHOLE_WIDTH))
        return own is None or whole is None or own >= whole

    def packet(self, size: tuple[int, int]) -> bytes:
        """An XMP packet that tells the same of a picture of that size (width, height): angles and words byte for
        byte, and lengths too where the size is still the same."""
        before = _number(self.properties.get(_WIDTH, ""))
        by = size[0] / before if before else 1.0
        written = {
            name: _times(value, by) if name in _LENGTHS else value
            for name, value in self.properties.items()
        }
        return _packet(written)


def told_by(source: bytes) -> Told | None:
    """What a photo's file tells of an equirectangular panorama; None where it tells of none, or what it tells
    is damaged. A PNG's text behind its pixels is not looked for."""
    try:
        with opening.opened(source, max_pixels=1 << 62) as image:
            packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    except EngineError:
        return None
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or len(packet) > _MAX_READ:
        return None
    try:
        found = _Reader().read(packet.strip(b"\0 \t\r\n"))
    except (expat.ExpatError, _Refused, LookupError, ValueError):
        return None
    return Told(found) if found.get("ProjectionType") == _EQUIRECTANGULAR else None


def whole(size: tuple[int, int]) -> Told:
    """What viewers need to know of a picture of that size (width, height) that shows everything around."""
    width, height = (str(side) for side in size)
    return Told(
        {
            "UsePanoramaViewer": "True",
            "ProjectionType": _EQUIRECTANGULAR,
            "CroppedAreaImageWidthPixels": width,
            "CroppedAreaImageHeightPixels": height,
            "FullPanoWidthPixels": width,
            "FullPanoHeightPixels": height,
            "CroppedAreaLeftPixels": "0",
            "CroppedAreaTopPixels": "0",
        }
    )


class _Refused(Exception):
    """The packet holds what no XMP packet needs."""


class _Reader:
    """Collects the properties of one namespace, which may be attributes or elements."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._inside: str | None = None

    def read(self, document: bytes) -> dict[str, str]:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(document, True)
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            self._keep(key, value)
        self._inside = name

    def _end(self, _: str) -> None:
        self._inside = None

    def _text(self, text: str) -> None:
        if self._inside is not None:
            self._keep(self._inside, text)

    def _keep(self, name: str, value: str) -> None:
        namespace, _, local = name.partition(_SEPARATOR)
        if namespace == _NAMESPACE and local in _KEPT and 0 < len(value.strip()) <= _LONGEST:
            self._found.setdefault(local, value)


def _refuse(*_: object) -> None:
    raise _Refused


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and int(text) > 0 else None


def _times(value: str, by: float) -> str:
    number = _number(value)
    return value if number is None or by == 1 else str(round(number * by))


def _packet(properties: Mapping[str, str]) -> bytes:
    told = "".join(f"\n   GPano:{name}={quoteattr(value)}" for name, value in properties.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'  <rdf:Description rdf:about="" xmlns:GPano="{_NAMESPACE}"{told}/>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()
