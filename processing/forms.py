"""What several pages' forms offer: the models that are installed, under the names that people know."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext

from processing.engine.networks.auto import AUTO
from processing.engine.networks.registry import ModelInfo
from processing.worker import runtime


def installed_models() -> list[ModelInfo]:
    return [info for info in runtime.models() if info.installed]


def model_choices() -> list[tuple[str, str]]:
    """The installed models for a form's choice, by what people write in the API too: the same work gets the
    same command."""
    return [(_api_name(info), _label(info)) for info in installed_models()]


def default_model() -> str:
    """The site's own model, under that name."""
    return api_names().get(settings.DEFAULT_MODEL, str(settings.DEFAULT_MODEL))


def api_names() -> dict[str, str]:
    """The names that forms have for models, by each name that they go by."""
    models = installed_models()
    return {name: _api_name(info) for info in models for name in (info.name, *info.aliases)}


def _api_name(info: ModelInfo) -> str:
    return info.aliases[0] if info.aliases else info.name


def _label(info: ModelInfo) -> str:
    if info.name == AUTO:
        return gettext("Auto (looks again where unsure)")
    return f"{_api_name(info).capitalize()} ({info.name})" if info.aliases else info.name
