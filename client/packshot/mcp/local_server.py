"""An MCP server without a site: the engine in this process cuts out and edits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import Context

from packshot.engine import Engine
from packshot.files import write
from packshot.mcp.allowed import Folders
from packshot.mcp.folder_server import CUTOUTS, MAKES, MEDIA, Content, FolderServer, plan_for

_INSTRUCTIONS = """\
Packshot cuts products out of photos and makes pictures of them, on this machine alone. Photos are read from, and \
results written to, these folders alone: {folders}. Results never replace a file."""


class LocalServer(FolderServer):
    """What the engine can do. It does one after the other, as each thread has networks of its own."""

    def __init__(self, engine: Engine, folders: Folders) -> None:
        super().__init__(folders, _INSTRUCTIONS)
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self.offer([self.cutout, self.edit], MAKES)

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
        otherwise it is transparent; `crop` crops to the product.
        """
        with self.folders.new(result, CUTOUTS) as to:
            options: dict[str, Any] = {"format": to.suffix[1:], "crop": crop, "model": model}
            if color is not None:
                options["bgColor"] = color
            await self._made(self._engine.cut_out, photo, options, to)
        return await self.written(to, context)

    async def edit(
        self, photo: str, result: str, context: Context, plan: dict[str, Any]
    ) -> Content:
        """Make a whole picture of a product photo and write it to a new file.

        `plan` is an edit of Packshot's API: layout, background, shadow, light, outline, export. `result` ends
        in .png, .jpg, .webp or .avif, which decides the format.
        """
        with self.folders.new(result, tuple(MEDIA)) as to:
            await self._made(self._engine.edit, photo, plan_for(plan, to), to)
        return await self.written(to, context)

    async def _made(
        self,
        make: Callable[[bytes, dict[str, Any]], bytes],
        photo: str,
        how: dict[str, Any],
        to: Path,
    ) -> None:
        def work() -> None:
            write(to, make(self.folders.read(photo), how))

        await asyncio.get_running_loop().run_in_executor(self._thread, work)
