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
_FOCAL_LENGTH_35MM = 0xA405
# Lenses are made from here to there; anything else is a mistake of whoever wrote it.
_FOCAL_LENGTHS = range(6, 1201)
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


def focal_length(source: bytes) -> int | None:
    """The lens's focal length in millimetres as it would be on 35 mm film, where the photo's EXIF has it."""
    try:
        with opening.opened(source, max_pixels=_ANY_SIZE) as image:
            told = image.getexif().get_ifd(_EXIF_BLOCK).get(_FOCAL_LENGTH_35MM)
    except opening.DECODER_ERRORS:
        return None
    return told if isinstance(told, int) and told in _FOCAL_LENGTHS else None


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
