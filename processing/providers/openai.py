"""Backgrounds from any server with OpenAI's image endpoints: LocalAI, stable-diffusion.cpp, hosted.

The API has neither a seed nor a negative prompt: the seed is not sent, and what to leave out is
appended to the prompt as "Avoid: …". How closely to follow a guidance picture is said in words.
"""

from __future__ import annotations

from typing import Any

from processing.engine.arrays import U8
from processing.engine.backdrops.provider import Backdrop, BackdropRequest
from processing.engine.files import decode
from processing.engine.poses import View
from processing.engine.prompts.scene import style_in_words
from processing.providers.http import PictureServer, cover, scene_prompt, stepped
from processing.providers.seen import view_asked

# Hosted models take these sizes and no others; all other servers take multiples of 64.
_FIXED_SIZES = {
    "gpt-image": ((1024, 1024), (1536, 1024), (1024, 1536)),
    "chatgpt-image": ((1024, 1024), (1536, 1024), (1024, 1536)),
    "dall-e-3": ((1024, 1024), (1792, 1024), (1024, 1792)),
    "dall-e-2": ((1024, 1024),),
}
# These always answer in base64, and refuse to be asked for it.
_BASE64_ONLY = ("gpt-image", "chatgpt-image")


class OpenAIImages:
    """`base_url` with or without `/v1`; `api_key` may be empty; `timeout` in seconds."""

    name = "openai"

    def __init__(
        self, base_url: str, model: str, *, api_key: str = "", timeout: float = 120.0
    ) -> None:
        self._model = model
        self._server = PictureServer(self.name, base_url, timeout=timeout, key=api_key)

    def generate(self, request: BackdropRequest) -> Backdrop:
        """Ask for the background and bring it to size. Raises ProviderFailed, and InvalidPlan for
        an unknown style."""
        asked, view = _size_to_ask(self._model, request.size), view_asked(request)
        fields: dict[str, Any] = {
            "model": self._model,
            "prompt": _prompt(request, view),
            "n": 1,
            "size": f"{asked[0]}x{asked[1]}",
        }
        if not self._model.startswith(_BASE64_ONLY):
            fields["response_format"] = "b64_json"
        if request.guidance is None:
            answer = self._server.post("/v1/images/generations", json=fields)
        else:
            answer = self._edit(fields, cover(request.guidance, asked))
        return Backdrop(
            rgb=self._server.picture(self._picture_in(answer), request.size),
            provider=f"{self.name}/{self._model}",
            seed=request.seed,
            view=view,
        )

    def _edit(self, fields: dict[str, Any], guidance: U8) -> dict[str, Any]:
        png = decode.encode(guidance, None, format="png")
        form = {name: str(value) for name, value in fields.items()}
        files = {"image": ("guidance.png", png, "image/png")}
        return self._server.post("/v1/images/edits", data=form, files=files)

    def _picture_in(self, answer: dict[str, Any]) -> bytes:
        data = answer.get("data")
        first = data[0] if isinstance(data, list) and data else None
        if not isinstance(first, dict):
            raise self._server.failed("returned no image")
        if first.get("b64_json") is None and isinstance(first.get("url"), str):
            return self._server.picture_at(first["url"])
        return self._server.from_base64(first.get("b64_json"))


def _size_to_ask(model: str, size: tuple[int, int]) -> tuple[int, int]:
    for family, sizes in _FIXED_SIZES.items():
        if model.startswith(family):
            # Compared as ratios, so that 2:1 is as far from square as 1:2.
            wanted = size[0] / size[1]
            return min(sizes, key=lambda x: max(wanted * x[1] / x[0], x[0] / x[1] / wanted))
    return stepped(size, step=64, least=256, most=1536)


def _prompt(request: BackdropRequest, view: View | None) -> str:
    style = None if request.style is None else style_in_words(request.style)
    follow = None
    if request.guidance is not None:
        follow = _how_closely(request.guidance_scale)
    prompt = scene_prompt((request.prompt, style, follow), view)
    negative = (request.negative_prompt or "").strip()
    return f"{prompt} Avoid: {negative}" if negative else prompt


def _how_closely(scale: float) -> str:
    if scale >= 2 / 3:
        return "Stay close to the given picture"
    if scale >= 1 / 3:
        return "Follow the given picture in composition and colours"
    return "Take the given picture as a loose inspiration only"
