"""Backgrounds from a server with AUTOMATIC1111's API: the web UI itself, Forge, stable-diffusion.cpp."""

from __future__ import annotations

import base64
import json
from typing import Any

from processing.engine.arrays import U8
from processing.engine.backdrops.provider import Backdrop, BackdropRequest
from processing.engine.files import decode
from processing.engine.poses import View
from processing.engine.prompts.scene import style_in_words
from processing.providers.http import PictureServer, cover, scene_prompt, stepped
from processing.providers.seen import NEVER, view_asked

_STEPS = 25
# Such models heed this more than a "no" in the prompt.
_NEVER = "people, text, watermark, logo"


class Automatic1111:
    """`model` None leaves the server's own choice; `user` and `password` are for basic auth."""

    name = "automatic1111"

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        user: str = "",
        password: str = "",
        timeout: float = 120.0,
    ) -> None:
        self._model = model
        login = (user, password) if user else None
        self._server = PictureServer(self.name, base_url, timeout=timeout, login=login)

    def generate(self, request: BackdropRequest) -> Backdrop:
        """Ask for the background and bring it to size. Raises ProviderFailed, and InvalidPlan for
        an unknown style."""
        width, height = stepped(request.size, step=8, least=256, most=1024)
        view = view_asked(request)
        fields = self._fields(request, view) | {"width": width, "height": height}
        if request.guidance is None:
            answer = self._server.post("/sdapi/v1/txt2img", json=fields)
        else:
            fields["init_images"] = [_base64_png(cover(request.guidance, (width, height)))]
            fields["denoising_strength"] = round(1.0 - request.guidance_scale, 3)
            answer = self._server.post("/sdapi/v1/img2img", json=fields)
        images = answer.get("images")
        if not isinstance(images, list) or not images:
            raise self._server.failed("returned no image")
        told = _info(answer)
        seed = told.get("seed")
        return Backdrop(
            rgb=self._server.picture(self._server.from_base64(images[0]), request.size),
            provider=self._provider(told),
            # Servers that don't say which seed they took were still told ours.
            seed=seed if type(seed) is int and 0 <= seed < 2**32 else request.seed,
            view=view,
        )

    def _fields(self, request: BackdropRequest, view: View | None) -> dict[str, Any]:
        style = None if request.style is None else style_in_words(request.style)
        negative = (request.negative_prompt or "").strip(), _NEVER, NEVER.get(view)
        fields: dict[str, Any] = {
            "prompt": scene_prompt((request.prompt, style), view),
            "negative_prompt": ", ".join(filter(None, negative)),
            "seed": request.seed,
            "steps": _STEPS,
            "batch_size": 1,
            "n_iter": 1,
            "send_images": True,
            "save_images": False,
        }
        if self._model is not None:
            fields["override_settings"] = {"sd_model_checkpoint": self._model}
        return fields

    def _provider(self, told: dict[str, Any]) -> str:
        model = self._model or told.get("sd_model_name")
        return f"{self.name}/{model[:100]}" if isinstance(model, str) and model else self.name


def _info(answer: dict[str, Any]) -> dict[str, Any]:
    """What the server tells about its work: JSON as a text within JSON."""
    try:
        told = json.loads(answer.get("info") or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _base64_png(rgb: U8) -> str:
    return base64.b64encode(decode.encode(rgb, None, format="png")).decode("ascii")
