"""What servers for assistants share: tools over folders, whose results are files there and resources as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resources import FunctionResource
from mcp.types import ResourceLink, TextContent, ToolAnnotations

from packshot.client import VERSION
from packshot.errors import PackshotError
from packshot.mcp.allowed import Folders

P = ParamSpec("P")
T = TypeVar("T")
Content = list[TextContent | ResourceLink]

MEDIA = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif"}
CUTOUTS = (".png", ".webp", ".jpg")
READS = ToolAnnotations(read_only_hint=True)
MAKES = ToolAnnotations(read_only_hint=False, destructive_hint=False)


class FolderServer:
    """Tools over the folders that were named at the start."""

    def __init__(self, folders: Folders, instructions: str) -> None:
        self.folders = folders
        self._results = 0
        # What is less than a warning has addresses of results, which open them for an hour to whoever reads a log.
        self.mcp = MCPServer(
            "packshot",
            version=VERSION,
            instructions=instructions.format(folders=folders),
            log_level="WARNING",
        )

    def offer(self, tools: Sequence[Callable[..., Awaitable[Any]]], hints: ToolAnnotations) -> None:
        """Offer functions as tools, by their names, arguments and docstrings."""
        for tool in tools:
            self.mcp.add_tool(_told(tool), annotations=hints)

    async def written(self, to: Path, context: Context) -> Content:
        """Tell of a result's file, which is a resource from now on."""
        self._results += 1
        uri = f"packshot://results/{self._results}/{to.name}"
        media = MEDIA[to.suffix]
        self.mcp.add_resource(
            FunctionResource(
                uri=uri,
                name=to.name,
                mime_type=media,
                fn=lambda: self.folders.read(str(to)),
            )
        )
        await context.notify_resources_changed()
        link = ResourceLink(uri=uri, name=to.name, mime_type=media, size=to.stat().st_size)
        return [TextContent(text=f"Written to {to}."), link]


def plan_for(plan: dict[str, Any] | None, to: Path) -> dict[str, Any]:
    """Return a plan whose format is the result's. Raises PackshotError for an export that is no object."""
    export = (plan or {}).get("export", {})
    if not isinstance(export, dict):
        raise PackshotError("plan.export must be an object.")
    return {**(plan or {}), "export": {**export, "format": to.suffix[1:]}}


def _told(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Let what goes wrong be read by the assistant, in one sentence with its code."""

    @wraps(tool)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await tool(*args, **kwargs)
        except PackshotError as error:
            code = getattr(error, "code", "")
            raise ToolError(f"{code}: {error}" if code else str(error)) from error
        except OSError as error:
            raise ToolError(f"The result can't be written: {error}") from error

    return call
