"""Workers that do nothing for a while, and further ones beside a site's own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from config.launch import table
from tests.system.site import ROOT, START_SECONDS, Site, until


@contextmanager
def paused(site: Site, pid: int) -> Iterator[None]:
    """A worker that does nothing, for jobs that wait."""
    site.freeze(pid)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def another_worker(
    site: Site, module: str = "config.launch.worker", **settings: str
) -> Iterator[int]:
    """One more process for single pictures, as the launcher starts them; its id once it is warm."""
    env = site.env | {"REDIS_URL": site.redis_url} | settings
    stages = table.stages(table.Site.from_env(env, ROOT))
    [worker] = [one for stage in stages for one in stage.processes if one.name == "worker"]
    command = [module if part == "config.launch.worker" else part for part in worker.command]
    known = site.worker_pids()
    with subprocess.Popen(command, cwd=ROOT, env={**env, **worker.env}) as process:
        try:
            [warm] = until(lambda: site.worker_pids() - known, seconds=START_SECONDS, pause=0.1)
            yield warm
        finally:
            process.terminate()
