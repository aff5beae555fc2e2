"""XMP packets without what must not travel on: where it was taken, how it was turned, thumbnails.

A packet is XML by strangers. It is read by expat as a stream (no tree, no recursion), refused when
it declares a document type or entities, and written anew from what was understood.
"""

from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_EXIF = "http://ns.adobe.com/exif/1.0/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_BASIC = "http://ns.adobe.com/xap/1.0/"
_NOTE = "http://ns.adobe.com/xmp/note/"
_DROPPED = {
    (_TIFF, "Orientation"),  # the result is upright
    (_BASIC, "Thumbnails"),  # of the uncut photo
    (_NOTE, "HasExtendedXMP"),  # a second packet that does not come along
}
# They tell of other pictures inside the photo's file, which the result's file has not.
_DROPPED_NAMESPACES = {
    "http://ns.adobe.com/hdr-gain-map/1.0/",
    "http://ns.apple.com/HDRGainMap/1.0/",
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/depthmap/",
}
_MAX_READ = 1 << 20
# A JPEG's segment holds 65,533 bytes, and the packet's name and wrapper are among them.
_MAX_WRITTEN = 65_000
_SEPARATOR = " "
_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = '\n<?xpacket end="r"?>'


def cleaned(packet: bytes) -> bytes | None:
    """The packet (UTF-8, as picture files hold it) without places, orientation and thumbnails.

    None where it is not well-formed, declares entities, or is too large to be written everywhere.
    """
    if len(packet) > _MAX_READ:
        return None
    try:
        body = _Rewriter().rewritten(packet.strip(b"\0 \t\r\n"))
    except (expat.ExpatError, _Refused, LookupError, ValueError):
        return None
    written = (_HEAD + body + _TAIL).encode()
    return written if len(written) <= _MAX_WRITTEN else None


class _Refused(Exception):
    """The packet holds what no XMP packet needs."""


@dataclass(slots=True)
class _Rewriter:
    """Copies elements, attributes and text from one document to another."""

    parts: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    inside_dropped: int = 0

    def rewritten(self, document: bytes) -> str:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(document, True)
        return "".join(self.parts)

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        self.namespaces.append(f" {name}={quoteattr(uri or '')}")

    def _start(self, name: str, attributes: list[str]) -> None:
        declared, self.namespaces = self.namespaces, []
        if self.inside_dropped or _is_dropped(name):
            self.inside_dropped += 1
            return
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        kept = [
            f" {_qualified(key)}={quoteattr(value)}" for key, value in pairs if not _is_dropped(key)
        ]
        self.parts += ["<", _qualified(name), *declared, *kept, ">"]

    def _end(self, name: str) -> None:
        if self.inside_dropped:
            self.inside_dropped -= 1
        else:
            self.parts.append(f"</{_qualified(name)}>")

    def _text(self, text: str) -> None:
        if not self.inside_dropped:
            self.parts.append(escape(text))


def _is_dropped(name: str) -> bool:
    """`name` is what expat makes of it: "namespace local prefix", less what there is not."""
    namespace, local = name.split(_SEPARATOR)[:2] if _SEPARATOR in name else ("", name)
    return (
        namespace in _DROPPED_NAMESPACES
        or (namespace, local) in _DROPPED
        or (namespace == _EXIF and local.startswith("GPS"))
    )


def _qualified(name: str) -> str:
    parts = name.split(_SEPARATOR)
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]


def _refuse(*_: object) -> None:
    raise _Refused
