"""``python -m config.launch``: start the site and keep it running until Ctrl-C."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config.launch.guards import check_port, lock_folder
from config.launch.supervisor import StartError, Supervisor, say
from config.launch.table import Site, demand_of, fetching, stages

BASE_DIR = Path(__file__).resolve().parents[2]


def main() -> int:
    """Lock, port, then the stages; returns the exit status."""
    os.chdir(BASE_DIR)
    os.umask(0o077)  # the children have it, too: what the site writes is for its own user alone
    if (BASE_DIR / ".env").is_file():
        environ.Env.read_env(BASE_DIR / ".env")
    try:
        site = Site.from_env(os.environ, BASE_DIR)
        lock = lock_folder(site.var)
        check_port(site.host, site.port)
        table = stages(site)
    except StartError as error:
        say(str(error))
        return 1
    ready = f"Packshot is ready: {site.address}"
    supervisor = Supervisor(
        table,
        on_ready=lambda: say(ready),
        keep_open=(lock,),
        demand=demand_of(table),
        afterwards=fetching(table),
    )
    try:
        status = supervisor.run()
    except ImproperlyConfigured as error:  # a setting that only Django reads
        say(f"Packshot could not start: {error}")
        status = 1
    say("Packshot has stopped.")
    return status


if __name__ == "__main__":
    sys.exit(main())
