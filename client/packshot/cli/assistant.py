"""`packshot mcp`: tools for assistants, over standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from packshot.cli import common, cutout, signed_in
from packshot.cli.cutout import Machine
from packshot.client import AsyncClient


@click.command()
@click.argument("folders", nargs=-1, required=True, type=common.FOLDER)
@cutout.machine
def mcp(folders: tuple[Path, ...], machine: Machine) -> int:
    """Offer tools to an assistant by the Model Context Protocol, on standard input and output.

    Photos are read from FOLDERS and results written there, and nowhere else: where a path leads by
    symbolic links counts. With --local there are cutouts and edits alone.
    """
    try:
        from packshot.mcp.allowed import Folders
        from packshot.mcp.folder_server import FolderServer
        from packshot.mcp.local_server import LocalServer
        from packshot.mcp.server import SiteServer
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is missing: in a checkout, pip install 'client[mcp]'."
        ) from error

    server: FolderServer
    if machine.local:
        from packshot.cli import local as here

        server = LocalServer(here.engine(machine.threads or 1), Folders(folders))
    else:
        known = signed_in.known()
        server = SiteServer(AsyncClient(known.url, known.key), Folders(folders))
    server.mcp.run("stdio")
    return 0
