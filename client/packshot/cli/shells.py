"""Completion of the command in shells."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

_SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what completes `packshot` in a shell.

    \b
    bash:  packshot completion bash > ~/.local/share/bash-completion/completions/packshot
    zsh:   packshot completion zsh > "${fpath[1]}/_packshot"
    fish:  packshot completion fish > ~/.config/fish/completions/packshot.fish
    """
    command = context.find_root().command
    completes = _SHELLS[shell](command, {}, "packshot", "_PACKSHOT_COMPLETE")
    click.echo(completes.source())
    return 0
