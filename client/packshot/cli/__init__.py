"""The command `packshot`: what it is made of, and how it ends."""

from __future__ import annotations

import sys

import click

from packshot.cli import account, assistant, compare, cutout, edit, folder, selling, shells, watch
from packshot.client import VERSION
from packshot.errors import ApiError, PackshotError
from packshot.runs.exits import Exit, code_of


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="packshot")
def cli() -> None:
    """Product photos and listings by a Packshot site.

    \b
    Ends with 0 when everything is done, 1 when single photos failed, 2 for wrong usage,
    3 when not signed in or not allowed, 4 when the quota is used up, 5 when the site can't be
    reached or is out of order, 6 when results can't be written, 130 when interrupted.
    """


for command in (
    *(account.login, account.logout, account.status),
    *(cutout.cutout, edit.edit, folder.batch, watch.watch),
    *(selling.listing, selling.export, compare.compare),
    *(shells.completion, assistant.mcp),
):
    cli.add_command(command)


def main() -> None:
    """Run the command and end the process by its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command; what it ends with."""
    try:
        ended = cli.main(arguments, prog_name="packshot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return Exit.INTERRUPTED
    except (PackshotError, OSError) as error:
        click.echo(f"packshot: {error}", err=True)
        if isinstance(error, ApiError) and error.request_id and error.status >= 500:
            click.echo(f"The request's id is {error.request_id}.", err=True)
        return code_of(error)
    return int(ended or 0)
