"""An MCP server: tools for assistants, by the official SDK (`mcp`), which the extra `mcp` brings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, cast, get_args

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import ResourceLink, TextContent, ToolAnnotations

from packshot.client import VERSION, AsyncClient
from packshot.errors import ApiError, PackshotError
from packshot.mcp.allowed import Folders
from packshot.options import CutoutOptions, Hints, Platform
from packshot.plans import EditPlan

P = ParamSpec("P")
T = TypeVar("T")
Content = list[TextContent | ResourceLink]

_MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif"}
_READS = ToolAnnotations(read_only_hint=True)
_MAKES = ToolAnnotations(read_only_hint=False, destructive_hint=False)
_INSTRUCTIONS = """\
Packshot cuts products out of photos, makes pictures for marketplaces of them, and writes listings. Photos are read \
from, and results written to, these folders alone: {folders}. Results never replace a file. `describe_look` tells what \
a look does; `looks` lists them."""


class PackshotServer:
    """The tools, over one client and the folders that were named at the start."""

    def __init__(self, client: AsyncClient, folders: Folders) -> None:
        self._client = client
        self._folders = folders
        self._results = 0
        self.mcp = MCPServer(
            "packshot", version=VERSION, instructions=_INSTRUCTIONS.format(folders=folders)
        )
        for tool, hints in (
            *((self.cutout, _MAKES), (self.edit, _MAKES)),
            *((self.looks, _READS), (self.describe_look, _READS)),
            *((self.listing_draft, _MAKES), (self.batch_status, _READS)),
        ):
            self.mcp.add_tool(_told(tool), annotations=hints)

    async def cutout(
        self,
        photo: str,
        result: str,
        context: Context,
        color: str | None = None,
        crop: bool = False,
        model: str = "auto",
    ) -> Content:
        """Cut the product out of a photo and write the result to a new file.

        `result` ends in .png, .webp or .jpg. With `color` (#rrggbb or a CSS name) it stands on that,
        otherwise it is transparent; `crop` crops to the product. Costs one background removal.
        """
        to = self._new(result, (".png", ".webp", ".jpg"))
        options = CutoutOptions(
            format=cast("Literal['png', 'webp', 'jpg']", to.suffix[1:]), crop=crop, model=model
        )
        if color is not None:
            options["bg_color"] = color
        made = await self._client.remove_background(await self._uploaded(photo), **options)
        return await self._fetched(made.processed_image_id, to, context)

    async def edit(
        self,
        photo: str,
        result: str,
        context: Context,
        look: str | None = None,
        plan: dict[str, Any] | None = None,
    ) -> Content:
        """Make a whole picture of a product photo and write it to a new file.

        By a `look` (an id of `looks`), a `plan` (an edit of Packshot's API: layout, background, shadow,
        light, outline, export), or a look with the plan's parts in place of its own. `result` ends in .png,
        .jpg, .webp or .avif, which decides the format. Costs one edit.
        """
        to = self._new(result, tuple(_MEDIA))
        if look is None and plan is None:
            raise PackshotError("Name a look, a plan, or both.")
        export = {**(plan or {}).get("export", {}), "format": to.suffix[1:]}
        whole = cast("EditPlan", {**(plan or {}), "export": export})
        made = await self._client.edit(await self._uploaded(photo), whole, preset_id=look)
        return await self._fetched(made.processed_image_id, to, context)

    async def looks(self) -> list[dict[str, str]]:
        """List the looks that an edit may name: ready ones for marketplaces and styles, and saved ones."""
        ready, own = await asyncio.gather(
            self._client.ready_presets(), self._client.presets(page_size=100)
        )
        told = [{"id": one.id, "name": one.name, "group": one.group} for one in ready]
        return [*told, *({"id": one.id, "name": one.name, "group": "own"} for one in own.items)]

    async def describe_look(self, look: str) -> dict[str, Any]:
        """Tell what a look does: its edit as JSON, and for ready ones whose rule each part follows."""
        for one in await self._client.ready_presets():
            if one.id == look:
                return one.model_dump(mode="json", by_alias=True)
        for own in (await self._client.presets(page_size=100)).items:
            if own.id == look:
                return own.model_dump(mode="json", by_alias=True)
        raise PackshotError(f"There is no look {look!r}: `looks` lists them.")

    async def listing_draft(
        self, photos: list[str], platform: str, hints: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Write a listing from photos of one item, with a price; nothing is published or kept.

        `platform` is ebay, poshmark, mercari, depop, vinted, etsy, shopify, amazon, facebook or google.
        `hints` is what the seller knows: category, brand, size, condition, color, material, notes.
        """
        if platform not in get_args(Platform):
            raise PackshotError(f"{platform!r} is none of {', '.join(get_args(Platform))}.")
        images = [await self._uploaded(photo) for photo in photos]
        draft = await self._client.draft_listing(
            images, cast("Platform", platform), hints=cast("Hints", hints or {})
        )
        return draft.model_dump(mode="json", by_alias=True)

    async def batch_status(self, batch: str) -> dict[str, Any]:
        """Tell how far a batch is, and what became of each of its pictures."""
        found = await self._client.batch(batch)
        return found.model_dump(mode="json", by_alias=True)

    def _new(self, path: str, endings: Sequence[str]) -> Path:
        to = self._folders.new(path)
        if to.suffix not in endings:
            raise PackshotError(f"{path} must end in {', '.join(endings)}.")
        return to

    async def _uploaded(self, path: str) -> str:
        content = await asyncio.to_thread(self._folders.read, path)
        return (await self._client.upload(content, name=Path(path).name)).id

    async def _fetched(self, result: str | None, to: Path, context: Context) -> Content:
        if result is None:
            raise PackshotError("The site named no picture.")
        await self._client.download(result, to)
        self._results += 1
        uri = f"packshot://results/{self._results}/{to.name}"
        media = _MEDIA[to.suffix]
        self.mcp.add_resource(
            FunctionResource(
                uri=uri,
                name=to.name,
                mime_type=media,
                fn=lambda: self._folders.read(str(to)),
            )
        )
        await context.notify_resources_changed()
        link = ResourceLink(uri=uri, name=to.name, mime_type=media, size=to.stat().st_size)
        return [TextContent(text=f"Written to {to}."), link]


def _told(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Let what goes wrong be read by the assistant, in one sentence with its code."""

    @wraps(tool)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await tool(*args, **kwargs)
        except PackshotError as error:
            code = f"{error.code}: " if isinstance(error, ApiError) else ""
            raise ToolError(f"{code}{error}") from error
        except OSError as error:
            raise ToolError(f"The result can't be written: {error}") from error

    return call
