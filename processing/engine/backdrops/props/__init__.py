"""Props around the product: branches, stones, books, candles and their like, drawn by procedure.

`arrange.set_out` draws those of a scene; `arrange.NAMES` are the kinds that there are.
"""

from processing.engine.backdrops.props.arrange import NAMES, set_out

__all__ = ["NAMES", "set_out"]
