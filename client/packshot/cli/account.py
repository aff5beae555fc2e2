"""Signing in and out, and what the account may use."""

from __future__ import annotations

import json
import sys

import click
import httpx

from packshot.cli import signed_in
from packshot.cli.signed_in import SignIn
from packshot.client import Client, address
from packshot.errors import NotAllowed, PackshotError
from packshot.runs.exits import NoSignIn

_HERE = ("localhost", "127.0.0.1", "::1")


@click.command()
@click.argument("url")
def login(url: str) -> int:
    """Keep an API key for the site at URL.

    The key is asked for, or read from standard input where that is no terminal. It is kept in a file
    that only you can read (PACKSHOT_CONFIG says where), and never printed.
    """
    try:
        site = address(url)
    except PackshotError as error:
        raise click.UsageError(str(error)) from error
    if site.startswith("http://") and httpx.URL(site).host not in _HERE:
        click.echo(f"Anybody on the way to {site} can read the key: use https.", err=True)
    if sys.stdin.isatty():
        key = str(click.prompt("API key (not shown)", hide_input=True)).strip()
    else:
        key = sys.stdin.readline().strip()
    if not key:
        raise NoSignIn("There was no key.")
    with Client(site, key) as client:
        try:
            me = client.me()
            said = f"Signed in to {site} as {me.account.name} ({me.plan.name})."
        except NotAllowed as error:  # a key all the same, but not for reading the account
            said = f"Signed in to {site}. {error.message}"
    signed_in.keep(SignIn(site, key))
    click.echo(said, err=True)
    return 0


@click.command()
def logout() -> int:
    """Forget site and key. The key itself is revoked on the site, at Developers."""
    there = signed_in.forget()
    click.echo("Signed out." if there else "Nobody was signed in.", err=True)
    return 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def status(as_json: bool) -> int:
    """Show the site, the account, and what is left of the month's quotas."""
    with signed_in.client() as client:
        me = client.me()
        if as_json:
            click.echo(json.dumps({"url": client.url, **me.model_dump(mode="json", by_alias=True)}))
            return 0
        click.echo(f"{client.url}: {me.account.name}, {me.plan.name}")
        for quota in me.quotas:
            click.echo(f"  {quota.operation:24} {quota.remaining} of {quota.limit} left")
    return 0
