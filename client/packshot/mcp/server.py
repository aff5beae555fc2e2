"""An MCP server over a site: tools for assistants, by the official SDK (`mcp`), which the extra `mcp` brings."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Literal, cast, get_args

from mcp.server.mcpserver import Context

from packshot.client import AsyncClient
from packshot.errors import PackshotError, UnexpectedAnswer
from packshot.mcp.allowed import Folders
from packshot.mcp.folder_server import CUTOUTS, MAKES, MEDIA, READS, Content, FolderServer, plan_for
from packshot.models import Preset
from packshot.options import CutoutOptions, Hints, Platform
from packshot.plans import EditPlan

_INSTRUCTIONS = """\
Packshot cuts products out of photos, makes pictures for marketplaces of them, and writes listings. Photos are read \
from, and results written to, these folders alone: {folders}. Results never replace a file. `describe_look` tells what \
a look does; `looks` lists them."""
_PAGE = 100


class SiteServer(FolderServer):
    """The tools of a site, by one client."""

    def __init__(self, client: AsyncClient, folders: Folders) -> None:
        super().__init__(folders, _INSTRUCTIONS)
        self._client = client
        self.offer([self.cutout, self.edit, self.listing_draft], MAKES)
        self.offer([self.looks, self.describe_look, self.batch_status], READS)

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
        with self.folders.new(result, CUTOUTS) as to:
            options = CutoutOptions(
                format=cast("Literal['png', 'webp', 'jpg']", to.suffix[1:]), crop=crop, model=model
            )
            if color is not None:
                options["bg_color"] = color
            [image] = await self._uploaded([photo])
            made = await self._client.remove_background(image, **options)
            await self._fetched(made.processed_image_id, to)
        return await self.written(to, context)

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
        if look is None and plan is None:
            raise PackshotError("Name a look, a plan, or both.")
        with self.folders.new(result, tuple(MEDIA)) as to:
            whole = cast("EditPlan", plan_for(plan, to))
            [image] = await self._uploaded([photo])
            made = await self._client.edit(image, whole, preset_id=look)
            await self._fetched(made.processed_image_id, to)
        return await self.written(to, context)

    async def looks(self) -> list[dict[str, str]]:
        """List the looks that an edit may name: ready ones for marketplaces and styles, and saved ones."""
        ready, own = await asyncio.gather(self._client.ready_presets(), self._own_looks())
        told = [{"id": one.id, "name": one.name, "group": one.group} for one in ready]
        return [*told, *({"id": one.id, "name": one.name, "group": "own"} for one in own)]

    async def describe_look(self, look: str) -> dict[str, Any]:
        """Tell what a look does: its edit as JSON, and for ready ones whose rule each part follows."""
        for one in await self._client.ready_presets():
            if one.id == look:
                return one.model_dump(mode="json", by_alias=True)
        for own in await self._own_looks():
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
        images = await self._uploaded(photos)
        draft = await self._client.draft_listing(
            images, cast("Platform", platform), hints=cast("Hints", hints or {})
        )
        return draft.model_dump(mode="json", by_alias=True)

    async def batch_status(self, batch: str) -> dict[str, Any]:
        """Tell how far a batch is, and what became of each of its pictures."""
        found = await self._client.batch(batch)
        return found.model_dump(mode="json", by_alias=True)

    async def _own_looks(self) -> list[Preset]:
        found: list[Preset] = []
        while True:
            page = await self._client.presets(page=len(found) // _PAGE + 1, page_size=_PAGE)
            found += page.items
            if len(found) >= page.total or not page.items:
                return found

    async def _uploaded(self, paths: list[str]) -> list[str]:
        """Read all photos, then send them: where one may not be read, none is sent."""
        read = [await asyncio.to_thread(self.folders.read, path) for path in paths]
        return [
            (await self._client.upload(content, name=Path(path).name)).id
            for path, content in zip(paths, read, strict=True)
        ]

    async def _fetched(self, result: str | None, to: Path) -> None:
        if result is None:
            raise UnexpectedAnswer("The site named no picture.")
        await self._client.download(result, to)
