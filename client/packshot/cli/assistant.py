"""`packshot mcp`: tools for assistants, over standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from packshot.cli import common, signed_in
from packshot.client import AsyncClient


@click.command()
@click.argument("folders", nargs=-1, required=True, type=common.FOLDER)
def mcp(folders: tuple[Path, ...]) -> int:
    """Offer tools to an assistant by the Model Context Protocol, on standard input and output.

    Photos are read from FOLDERS and results written there, and nowhere else: where a path leads by
    symbolic links counts.
    """
    try:
        from packshot.mcp.server import PackshotServer
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is missing: in a checkout, pip install 'client[mcp]'."
        ) from error
    from packshot.mcp.allowed import Folders

    known = signed_in.known()
    server = PackshotServer(AsyncClient(known.url, known.key), Folders(folders))
    server.mcp.run("stdio")
    return 0
