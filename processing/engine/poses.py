"""How a product is posed in its photo, how a scene looks at it, and what carries it there."""

from typing import Literal

# Lying, seen from above; hanging before a wall; standing on its own, seen from the side or slantwise. `unsure` is
# an answer, too: the photo didn't tell.
Pose = Literal["lying", "hanging", "standing", "unsure"]
# Straight down on a surface; level, at a surface that ends at a wall or a horizon; straight at a wall.
View = Literal["above", "level", "wall"]
