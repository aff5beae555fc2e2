"""What of a photo's own metadata may go along with the result: color profile, rights, XMP.

Read only when a plan asks for it. Whatever is damaged, oversized or of an unexpected type counts as
absent: metadata never makes an edit fail.
"""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms

from processing.engine.files import color_tags, opening, xmp
from processing.engine.plans.edit import Export

_COPYRIGHT, _EXIF_BLOCK, _USER_COMMENT = 0x8298, 0x8769, 0x9286
_MAKE, _MODEL, _LENS_MODEL = 0x010F, 0x0110, 0xA434
_FOCAL_LENGTH, _FOCAL_LENGTH_35MM, _APERTURE = 0x920A, 0xA405, 0x829D
_PIXELS_ACROSS, _PIXELS_DOWN = 0xA002, 0xA003
# Lenses are made from here to there; anything else is a mistake of whoever wrote it.
_FOCAL_LENGTHS = range(6, 1201)
_LENGTHS, _APERTURES = (1.0, 1200.0), (0.5, 90.0)
_LONGEST_NAME = 100
_SAME_PROPORTIONS = 0.02
_RESOLUTION_X, _RESOLUTION_Y, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_INCH = 2
_LONGEST_NOTE = 8_192
_MAX_PROFILE = 1 << 20
# The source was measured when it was decoded.
_ANY_SIZE = 1 << 62


@dataclass(frozen=True, slots=True)
class Tags:
    """What a result carries beside its pixels; everything may be absent.

    `profile` is an ICC profile, `xmp` a whole packet; `copyright` and `user_comment` are the bytes
    of the EXIF fields of those names, `dpi` pixels per inch.
    """

    profile: bytes | None = None
    xmp: bytes | None = None
    copyright: bytes | None = None
    user_comment: bytes | None = None
    dpi: int | None = None

    def exif(self, *, dpi: int | None = None) -> bytes | None:
        """An EXIF block (a TIFF header and its tags), or None where there is nothing to say.

        `dpi` is for formats with no place of their own for it.
        """
        block = Image.Exif()
        if self.copyright is not None:
            block[_COPYRIGHT] = self.copyright
        if dpi is not None:
            block[_RESOLUTION_X] = block[_RESOLUTION_Y] = float(dpi)
            block[_RESOLUTION_UNIT] = _INCH
        if self.user_comment is not None:
            block.get_ifd(_EXIF_BLOCK)[_USER_COMMENT] = self.user_comment
        written = block.tobytes().removeprefix(b"Exif\0\0")
        return written if len(block) or self.user_comment is not None else None


def tags(export: Export, source: bytes) -> Tags:
    """Take from the photo's bytes what `export` wants to be written into the result."""
    if export.color_space == "sRGB" and export.metadata == "never":
        return Tags(dpi=export.dpi)
    with opening.opened(source, max_pixels=_ANY_SIZE) as image:
        copyright, comment = _rights(image) if "exif" in export.metadata else (None, None)
        return Tags(
            profile=rgb_profile(image, source) if export.color_space == "original" else None,
            xmp=_packet(image) if "xmp" in export.metadata.lower() else None,
            copyright=copyright,
            user_comment=comment,
            dpi=export.dpi,
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """With what a photo was taken, as its EXIF has it: names that are "" and numbers that are None where it doesn't.

    `focal_length` is the lens's own in millimetres, `focal_length_35mm` as it would be on 35 mm film; `aperture` is
    the f-number. `is_cropped` tells that the photo no longer has the proportions that the camera wrote.
    """

    make: str = ""
    model: str = ""
    lens: str = ""
    focal_length: float | None = None
    focal_length_35mm: int | None = None
    aperture: float | None = None
    is_cropped: bool = False


def taken(source: bytes) -> Taken:
    """With what the photo was taken."""
    try:
        with opening.opened(source, max_pixels=_ANY_SIZE) as image:
            whole = image.getexif()
            block = whole.get_ifd(_EXIF_BLOCK)
            sizes = (image.size, (block.get(_PIXELS_ACROSS), block.get(_PIXELS_DOWN)))
    except opening.DECODER_ERRORS:
        return Taken()
    film = block.get(_FOCAL_LENGTH_35MM)
    return Taken(
        make=_name(whole.get(_MAKE)),
        model=_name(whole.get(_MODEL)),
        lens=_name(block.get(_LENS_MODEL)),
        focal_length=_number(block.get(_FOCAL_LENGTH), _LENGTHS),
        focal_length_35mm=film if isinstance(film, int) and film in _FOCAL_LENGTHS else None,
        aperture=_number(block.get(_APERTURE), _APERTURES),
        is_cropped=not _is_alike(*sizes),
    )


def _name(value: object) -> str:
    return value.strip("\0 ")[:_LONGEST_NAME] if isinstance(value, str) else ""


def _number(value: object, within: tuple[float, float]) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return number if within[0] <= number <= within[1] else None


def _is_alike(size: tuple[int, int], written: tuple[object, object]) -> bool:
    """Whether a photo has the proportions that were written, if they were."""
    width, height = written
    if not (isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0):
        return True
    ours, theirs = max(size) / min(size), max(width, height) / min(width, height)
    return abs(ours / theirs - 1) < _SAME_PROPORTIONS


def rgb_profile(image: Image.Image, source: bytes) -> bytes | None:
    """The picture's ICC profile where it can describe RGB pixels, or None.

    Of grey, CMYK and palette-less oddities the pixels change their model while they are decoded, so
    theirs can't go along. Nor can one that other numbers in the file (a PNG's cICP) overrule.
    """
    profile = image.info.get("icc_profile")
    if image.mode not in ("RGB", "RGBA", "RGBX", "P", "PA"):
        return None
    if not isinstance(profile, bytes) or not 0 < len(profile) <= _MAX_PROFILE:
        return None
    if color_tags.space_of(image, source) is not None:
        return None
    try:
        parsed = ImageCms.ImageCmsProfile(BytesIO(profile))
    except (OSError, ImageCms.PyCMSError):
        return None
    return profile if parsed.profile.xcolor_space.strip() == "RGB" else None


def _rights(image: Image.Image) -> tuple[bytes | None, bytes | None]:
    """Copyright and UserComment. Pillow reads the first as Latin-1, so its bytes are as they were."""
    try:
        block = image.getexif()
        copyright, comment = block.get(_COPYRIGHT), block.get_ifd(_EXIF_BLOCK).get(_USER_COMMENT)
        written = copyright.encode("latin-1") if isinstance(copyright, str) else None
    except opening.DECODER_ERRORS:
        return None, None
    return _short(written), _short(comment)


def _short(note: object) -> bytes | None:
    return note if isinstance(note, bytes) and 0 < len(note) <= _LONGEST_NOTE else None


def _packet(image: Image.Image) -> bytes | None:
    if image.format == "PNG":
        image.load()  # text may stand behind the pixels
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        packet = packet.encode()
    return xmp.cleaned(packet) if isinstance(packet, bytes) else None
