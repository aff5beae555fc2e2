"""How a scene is to be seen, told to servers in words.

They are asked for the same view as the built-in studio would draw: a flat lay must not get a horizon.
"""

from typing import Final

from processing.engine.backdrops.provider import BackdropRequest
from processing.engine.backdrops.views import choosing
from processing.engine.poses import View
from processing.engine.prompts.scene import parse

IN_WORDS: Final[dict[View, str]] = {
    "above": "Seen from straight above, as in a flat lay, the surface filling the whole picture",
    "level": "Seen level, from the height of the product",
    "wall": "Seen straight on, a wall filling the whole picture",
}
# Where the product's place is left free.
PLACES: Final[dict[View | None, str]] = {
    None: "middle of the foreground",
    "above": "middle",
    "level": "middle of the foreground",
    "wall": "middle",
}
# What such views never show, for servers that heed a list of that more than a sentence.
NEVER: Final[dict[View | None, str]] = {
    "above": "horizon, sky, wall",
    "wall": "horizon, floor, table",
}


def view_asked(request: BackdropRequest) -> View | None:
    """The view that a server is asked for; None where neither words nor a product call for one. Raises
    InvalidPlan for an unknown style."""
    scene = parse(request.prompt, request.style, request.negative_prompt).scene
    if request.pose is None and request.view is None and scene.view is None:
        return None
    return choosing.view_of(scene, request)
