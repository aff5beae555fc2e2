"""The model `auto`: no network of its own, but a choice among two for each photo (looking.looks)."""

from collections.abc import Iterable

from processing.engine.networks.registry import ModelInfo

AUTO = "auto"
# Asked about every photo; and about those that the first can't decide about.
FIRST, CLOSER = "fast", "high"


def asked(model: str) -> tuple[str, ...]:
    """The models that a model by name or alias may ask: the first one always, the others where it helps."""
    return (FIRST, CLOSER) if model == AUTO else (model,)


def info(models: Iterable[ModelInfo]) -> ModelInfo:
    """`auto` as people see it: it can be used where its first model is installed."""
    by_alias = {alias: model for model in models for alias in model.aliases}
    first, closer = by_alias[FIRST], by_alias[CLOSER]
    without = "" if closer.installed else f" {closer.name} is not installed, so it does without."
    return ModelInfo(
        name=AUTO,
        task="matting",
        installed=first.installed,
        licence=first.licence,
        description=f"Asks {first.name}, and {closer.name} where that is unsure.{without}",
        aliases=(),
    )
