"""The engine as this process has it: one of each model, made from the settings when first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Protocol

from django.conf import settings

from config.errors import invalid
from processing.engine import memory, versions
from processing.engine.backdrops import Studio
from processing.engine.backdrops.provider import BackdropProvider
from processing.engine.composing import STUDIO, Tools
from processing.engine.errors import InvalidPlan, ModelNotInstalled, UnknownModel
from processing.engine.networks import auto
from processing.engine.networks.faces import FaceFinder
from processing.engine.networks.registry import ModelInfo, Registry
from processing.engine.networks.upscaler import Upscaler
from processing.engine.render_room import RoomTools
from processing.engine.source_tree import SourceTree
from processing.engine.text.detect import TextFinder
from processing.providers.automatic1111 import Automatic1111
from processing.providers.openai import OpenAIImages

_PROVIDERS = "processing.providers"


class Networks(Protocol):
    """Loads networks when they are needed."""

    def let_go(self, unused_for: float) -> list[str]: ...


_one_core = False
_made: list[Networks] = []  # what this process has of them


def use_one_core() -> None:
    """Have the models that are loaded from now on use one core, whatever the settings say."""
    global _one_core
    _one_core = True


def threads() -> int:
    """Return how many cores a model may use."""
    return 1 if _one_core else settings.MODEL_THREADS


@cache
def registry() -> Registry:
    made = Registry(
        settings.MODELS_DIR,
        threads=threads(),
        providers=settings.ONNX_PROVIDERS,
        runtime=settings.NETWORK_RUNTIME,
    )
    _made.append(made)
    return made


def models() -> list[ModelInfo]:
    """What may be named as a model: `auto`, then each of the networks."""
    networks = registry().names()
    return [auto.info(networks), *networks]


def own_name(name: str) -> str:
    """A model's own name for a name or alias. Raises UnknownModel."""
    return name if name == auto.AUTO else registry().resolve(name)


def check_model(name: str) -> None:
    """Refuse a model that nobody knows or that is not installed; `auto` goes on without its second
    network. Raises AppError VALIDATION_ERROR."""
    try:
        registry().check(auto.asked(name)[0])
    except UnknownModel as error:
        usable = [
            word for info in models() if info.installed for word in (*info.aliases, info.name)
        ]
        message = f"There is no model '{name}'. Available: {', '.join(usable)}."
        raise invalid("model", message) from error
    except ModelNotInstalled as error:
        raise invalid("model", str(error)) from error


def model_version(name: str) -> str:
    """Say what changes when a model's answers may, which for `auto` are those of all networks that it
    may ask: one that is installed later changes it. Raises UnknownModel, ModelNotInstalled."""
    first, *others = auto.asked(name)
    return " + ".join([registry().version(first), *map(_version_if_installed, others)])


def _version_if_installed(name: str) -> str:
    try:
        registry().check(name)
    except ModelNotInstalled:
        return f"without {name}"
    return registry().version(name)


def warm(name: str) -> None:
    """Load what a model asks about every photo, for good. What `auto` asks about few of them is loaded with
    the first of those, and let go again, as it takes much memory."""
    registry().warm(auto.asked(name)[0])


def let_go(unused_for: float) -> list[str]:
    """Unload the networks that this process didn't use for so many seconds, but what was warmed, and give
    their memory back to the system; returns what they are called."""
    gone = [name for networks in list(_made) for name in networks.let_go(unused_for)]
    if gone:
        memory.give_back()
    return gone


@cache
def text_finder() -> TextFinder:
    made = TextFinder(threads=threads())
    _made.append(made)
    return made


@cache
def upscaler() -> Upscaler:
    made = Upscaler(settings.MODELS_DIR, threads=threads())
    _made.append(made)
    return made


@cache
def faces() -> FaceFinder:
    made = FaceFinder(settings.MODELS_DIR, threads=threads(), providers=settings.ONNX_PROVIDERS)
    _made.append(made)
    return made


def room_tools() -> RoomTools:
    return RoomTools(faces=faces(), texts=text_finder(), upscaler=upscaler())


@cache
def providers() -> dict[str, BackdropProvider]:
    """List what makes backgrounds from words, by name: `studio`, and what the settings name."""
    found: dict[str, BackdropProvider] = {STUDIO: Studio()}
    if settings.OPENAI_IMAGES_URL:
        found["openai"] = OpenAIImages(
            settings.OPENAI_IMAGES_URL,
            settings.OPENAI_IMAGES_MODEL,
            api_key=settings.OPENAI_IMAGES_KEY,
            timeout=settings.PROVIDER_SECONDS,
        )
    if settings.AUTOMATIC1111_URL:
        found["automatic1111"] = Automatic1111(
            settings.AUTOMATIC1111_URL,
            settings.AUTOMATIC1111_MODEL or None,
            user=settings.AUTOMATIC1111_USER,
            password=settings.AUTOMATIC1111_PASSWORD,
            timeout=settings.PROVIDER_SECONDS,
        )
    return found


def provider(name: str | None) -> BackdropProvider:
    """The provider of that name, or the site's own choice. Raises InvalidPlan."""
    name = name or settings.BACKGROUND_PROVIDER
    found = providers().get(name)
    if found is None:
        known = ", ".join(providers())
        message = f"This site has no provider '{name[:40]}'. Available: {known}."
        raise InvalidPlan(message, field="provider")
    return found


def provider_version(name: str | None) -> str:
    """Say what changes when the same words would become another picture. For a provider that this
    site doesn't have it is the name: the work will fail, so there is nothing to be found again."""
    chosen = name or settings.BACKGROUND_PROVIDER
    if chosen == STUDIO:
        return f"{chosen} {versions.of_studio()}"
    models = {
        "openai": f"{settings.OPENAI_IMAGES_URL} {settings.OPENAI_IMAGES_MODEL}",
        "automatic1111": f"{settings.AUTOMATIC1111_URL} {settings.AUTOMATIC1111_MODEL}",
    }
    if chosen not in models:
        return chosen
    code = providers_code().version(f"{_PROVIDERS}.{chosen}")
    return f"{chosen} {models[chosen]} {code}"


@cache
def providers_code() -> SourceTree:
    """The clients of other servers, and what of the engine they use."""
    folder = settings.BASE_DIR / _PROVIDERS.replace(".", "/")
    return SourceTree(
        {**versions.ENGINE.folders, _PROVIDERS: folder},
        without_effect=versions.WITHOUT_EFFECT,
    )


def tools(images: Callable[[str], bytes]) -> Tools:
    return Tools(
        models=registry(),
        images=images,
        backdrop=provider,
        texts=text_finder(),
        upscaler=upscaler(),
        max_pixels=settings.MAX_PIXELS,
    )
