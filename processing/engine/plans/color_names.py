"""Colors as people write them: hex with 3, 4, 6 or 8 digits, or a CSS name."""

import re

from PIL import ImageColor

from processing.engine.errors import InvalidPlan

Color = tuple[int, int, int]

_HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def parse_rgba(text: str, *, field: str | None = None) -> tuple[int, int, int, int]:
    """Read `#fff`, `fff8`, `#ffffff`, `FF0000EE`, a CSS color name or `transparent` as (red,
    green, blue, alpha), 0 to 255. Raises InvalidPlan, which blames `field`."""
    cleaned = text.strip()
    if match := _HEX.fullmatch(cleaned):
        digits = match[1] if len(match[1]) >= 6 else "".join(c * 2 for c in match[1])
        red, green, blue, alpha = bytes.fromhex(digits if len(digits) == 8 else digits + "ff")
        return red, green, blue, alpha
    if cleaned.lower() == "transparent":
        return 0, 0, 0, 0
    # Only names from here on: Pillow's own parser would also take hsl() and rgb().
    if cleaned.lower() in ImageColor.colormap:
        red, green, blue, *_ = ImageColor.getrgb(cleaned)
        return red, green, blue, 255
    message = f"'{text[:40]}' is not a color: write #rrggbb, #rgb or a CSS name."
    raise InvalidPlan(message, field=field)


def canonical_color(text: str, *, field: str | None = None) -> str:
    """The one spelling of a color: `#rrggbb`, or `#rrggbbaa` where it is not opaque."""
    red, green, blue, alpha = parse_rgba(text, field=field)
    return f"#{red:02x}{green:02x}{blue:02x}" + (f"{alpha:02x}" if alpha < 255 else "")


def parse_color(text: str, *, field: str | None = None) -> Color:
    """Like parse_rgba, but an opaque background: hex with an alpha part is refused."""
    red, green, blue, alpha = parse_rgba(text, field=field)
    if alpha < 255:
        message = f"'{text[:40]}' is not an opaque color: write #rrggbb, #rgb or a CSS name."
        raise InvalidPlan(message, field=field)
    return red, green, blue
