"""What is seen of the outside in a photo of a room or a house: its sky, or the views through its windows."""

from dataclasses import dataclass, replace

from processing.engine.arrays import U8
from processing.engine.plans.room import RoomPlan
from processing.engine.rendered import SkyFacts, WindowFacts
from processing.engine.room import behind_windows
from processing.engine.room import windows as views
from processing.engine.room.sky import finding, replacing
from processing.engine.room.sky.finding import Sky
from processing.engine.room.sky.replacing import Camera
from processing.engine.room.windows import Windows


@dataclass(frozen=True, slots=True)
class Outside:
    """What was found, each None where it wasn't looked for. `is_sphere`: the photo shows more than a camera sees at
    once, and skies are drawn as a camera sees them. `views`: what brackets have shown of them already."""

    sky: Sky | None
    windows: Windows | None
    is_sphere: bool
    views: WindowFacts | None = None


def is_asked(plan: RoomPlan) -> bool:
    """Whether a plan does anything about the outside."""
    return plan.sky is not None or plan.window_pull != "NONE"


def find(rgb: U8, plan: RoomPlan, *, is_sphere: bool) -> Outside:
    """Find what a plan asks about in a photo, uint8 (h, w, 3), of the colors and the light that it came with. Where
    there is a sky it is one of a house, and its windows show no view."""
    sky = finding.find(rgb)
    windows = None
    if plan.window_pull != "NONE":
        windows = Windows.none() if sky.reason is None else views.find(rgb)
    if is_sphere and sky.reason is None:
        sky = replace(sky, reason="not-for-360")
    return Outside(sky if plan.sky is not None else None, windows, is_sphere)


def with_views(fused: U8, darkest: U8, reference: U8) -> tuple[U8, WindowFacts]:
    """A photo fused from brackets, uint8 (h, w, 3), with the views through its windows as the darkest of them shows
    them, of the same shape, and what came of it. They are found in a copy of the `reference`, uint8 (h, w, 3) of any
    size, in which they still shine. A house's windows, below a sky, show none."""
    found = Windows.none() if finding.find(reference).reason is None else views.find(reference)
    return views.with_view(fused, darkest, found)


def shown(
    rgb: U8, outside: Outside, plan: RoomPlan, camera: Camera
) -> tuple[U8, WindowFacts | None]:
    """The photo, uint8 (h, w, 3), with another sky, and with its views as far as the file holds them."""
    sky, windows, facts = outside.sky, outside.windows, None
    if windows is not None:
        rgb, facts = (rgb, outside.views) if outside.views else views.pulled(rgb, windows)
        if plan.window_pull == "WINDOWS_WITH_SKIES" and not outside.is_sphere:
            kind = plan.sky or "CLEAR"
            rgb, skies = behind_windows.replaced(rgb, windows, kind, camera)
            facts = replace(facts, skies=skies)
    if plan.sky is not None and sky is not None and sky.reason is None:
        rgb = replacing.replace(rgb, sky, plan.sky, plan.sky_light, camera)
    return rgb, facts


def sky_facts(outside: Outside | None) -> SkyFacts | None:
    """What to tell about a sky; None where nobody asked for another."""
    if outside is None or outside.sky is None:
        return None
    sky = outside.sky
    found = sky.reason in (None, "not-for-360")
    return SkyFacts(found, sky.reason is None, round(sky.share, 4), sky.reason)
