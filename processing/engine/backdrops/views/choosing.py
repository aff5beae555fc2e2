"""How a scene is to be seen: as was asked for, as its words say, or as the product is posed in its photo.

A product keeps the perspective of its photo. What was laid out and photographed from above looks wrong on its feet
before a wall, so a scene without other words turns to the product: a surface from above for what lies, a wall for
what hangs, a horizon for what stands.
"""

from typing import Final

from processing.engine.backdrops.provider import BackdropRequest
from processing.engine.poses import View
from processing.engine.prompts.scene import Scene

# What one stands on in a view that names no ground. In the sky there is none.
FLOORS: Final = {
    "apartment": "oak",
    "bridge": "concrete",
    "city": "concrete",
    "dawn": "stone",
    "esplanade": "walnut",
    "forest": "grass",
    "hall": "marble",
    "lab": "tile",
    "lobby": "walnut",
    "night": "stone",
    "park": "grass",
    "studio": "paper",
    "sunrise": "sand",
    "sunset": "sand",
    "venice": "stone",
    "warehouse": "concrete",
    "workshop": "pine",
}
# Nothing lies on water: from above, it is seen on the shore.
_SHORE: Final = {"water": "sand"}


def view_of(scene: Scene, request: BackdropRequest) -> View:
    """The view of a scene that is drawn for a request."""
    if request.view is not None:
        return request.view
    if scene.view is not None:
        return scene.view
    if request.pose in (None, "standing") or scene.kind == "abstract":
        return "level"
    if scene.kind == "wall":
        return "wall"
    if scene.kind == "sweep":
        return "wall" if request.pose == "hanging" else "above"
    return "above" if floor_of(scene) is not None else "level"


def floor_of(scene: Scene) -> str | None:
    """The texture of what a product lies on in a scene, None where there is nothing to lie on."""
    if scene.surface is not None:
        return _SHORE.get(scene.surface, scene.surface)
    return FLOORS.get(scene.far) if scene.far else "paper"
