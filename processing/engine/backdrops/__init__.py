"""Backdrops made here, by procedure: surfaces, walls, far views, sweeps and shapes.

`studio.Studio` is the provider; `render.render` draws a scene. Everything comes from a seed, so the
same request gives the same bytes.
"""

from processing.engine.backdrops.studio import Studio

__all__ = ["Studio"]
