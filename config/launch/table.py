"""Which processes make up the site, in the order in which they start."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.launch import forks, queue
from config.launch.demand import Demand
from config.launch.processes import Process, Stage
from config.launch.supervisor import StartError

# How long a studio's worker stays without work, in seconds: a new one needs a moment to start.
_STUDIO_IDLE = 600


@dataclass(frozen=True)
class Site:
    """What the environment says about where and how to run."""

    var: Path
    host: str
    port: int
    image_workers: int
    batch_workers: int
    worker_idle_seconds: int
    redis_url: str

    @classmethod
    def from_env(cls, env: Mapping[str, str], base: Path) -> Site:
        """Raises StartError for values that can't be read, or with which nobody would do the work."""
        site = cls(
            var=(base / env.get("VAR_DIR", "var")).resolve(),
            host=env.get("HOST", "127.0.0.1"),
            port=_whole(env, "PORT", 8000),
            image_workers=_whole(env, "IMAGE_WORKERS", 1),
            batch_workers=_whole(env, "BATCH_WORKERS", 2),
            worker_idle_seconds=_whole(env, "WORKER_IDLE_SECONDS", 60),
            redis_url=env.get("REDIS_URL", ""),
        )
        workers = {"IMAGE_WORKERS": site.image_workers, "BATCH_WORKERS": site.batch_workers}
        for name, number in workers.items():
            if not (number or site.redis_url):
                raise StartError(
                    f"{name}=0 needs a REDIS_URL, through which workers of other machines get the work."
                )
        return site

    @property
    def address(self) -> str:
        """Return where a browser on this machine finds the site."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104
        host = everywhere.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)
        return f"http://{host}:{self.port}"


def stages(site: Site) -> list[Stage]:
    """Queue, then what must be done once, then workers and clock, then the web server."""
    jobs = queue.external(site.redis_url) if site.redis_url else queue.embedded(site.var)
    env = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(site.var),
        "REDIS_URL": jobs.url,
        "PORT": str(site.port),
    }
    prepare = Stage(
        "prepare",
        (_process("prepare", env, "config.launch.prepare", once=True),),
        patience=1800,  # a first start fetches weights
    )
    idle = site.worker_idle_seconds
    # What workers announced before this start. Where this site starts a worker for single pictures, only
    # that one's own announcement counts, as those may be of dead ones; where it starts none, they do.
    warm_before: set[bytes] = set()
    not_ours = warm_before if site.image_workers else set()
    return [
        _queue_stage(jobs, env, warm_before),
        prepare,
        Stage(
            "workers",
            (
                *_workers("worker", ["images"], env, processes=site.image_workers),
                # Nobody waits for one picture of a batch: a core each gets more of them done than all
                # cores for one after the other. Processes, so that a picture that kills its worker
                # takes no other with it.
                *_workers("batches", ["batches"], env, processes=site.batch_workers, idle=idle),
                # For somebody at the studio page, who goes on for a while.
                *_workers("studio", ["studio"], env, idle=idle and max(idle, _STUDIO_IDLE)),
                *_workers("tasks", ["previews", "copies", "accounts"], env, threads=2, idle=idle),
                # They wait for servers of customers, and open files that come from there.
                *_workers("buckets", ["buckets"], env, threads=2, idle=idle),
                # They only claim; threads of their own wait for receivers (processing.delivery.lanes).
                *_workers("webhooks", ["webhooks"], env, threads=4, idle=idle),
                _process("scheduler", env, "manage", "clock"),
            ),
            is_ready=lambda: bool(queue.announced_workers(jobs.url, "images") - not_ours),
            patience=300,  # the very first import of a fresh environment compiles for a while
            meanwhile=forks.load_for_web if forks.CAN_FORK else _nothing,
        ),
        Stage("web server", (_web(site, env),), is_ready=lambda: _web_answers(site)),
    ]


def demand_of(table: Iterable[Stage]) -> Demand | None:
    """What tells when the processes are wanted that run on demand."""
    processes = [process for stage in table for process in stage.processes if process.on_demand]
    if not processes:
        return None
    queues = {queue for process in processes for queue in process.on_demand}
    return Demand(processes[0].env["REDIS_URL"], sorted(queues))


def fetching(table: Sequence[Stage]) -> Process:
    """What fetches networks that the site can do without, once it is ready."""
    web = table[-1].processes[-1]
    return _process("models", dict(web.env), "config.launch.fetch", once=True)


def _queue_stage(jobs: queue.Queue, env: dict[str, str], warm_before: set[bytes]) -> Stage:
    def meanwhile() -> None:
        if forks.CAN_FORK:
            forks.load(env)

    def is_ready() -> bool:
        if not queue.answers(jobs.url):
            return False
        if jobs.process is not None:
            queue.forget_workers(jobs.url)  # they went down with it
        warm_before.update(queue.announced_workers(jobs.url, "images"))
        return True

    if jobs.process is None:
        name = "The Redis server at REDIS_URL"
        return Stage(name, (), is_ready=is_ready, patience=10, meanwhile=meanwhile)
    processes = (jobs.process,)
    return Stage("queue", processes, is_ready=is_ready, patience=60, meanwhile=meanwhile)


def _nothing() -> None:
    pass


def _workers(
    name: str,
    queues: list[str],
    env: dict[str, str],
    *,
    processes: int = 1,
    threads: int = 1,
    idle: int = 0,
) -> Iterator[Process]:
    """As many processes for these queues; with ``idle`` they leave after so many seconds without work."""
    arguments = ("-Q", *queues, "-t", str(threads), "--leave-after", str(idle))
    for number in range(1, processes + 1):
        full_name = name if number == 1 else f"{name}-{number}"
        process = _process(full_name, env, "config.launch.worker", *arguments)
        yield replace(process, on_demand=tuple(queues) if idle else ())


def _web(site: Site, env: dict[str, str]) -> Process:
    options = (
        *("--interface", "asginl", "--host", site.host, "--port", str(site.port)),
        *("--workers", "1", "--workers-kill-timeout", "5"),
    )
    return _process("web", env, "granian", "config.launch.web:application", *options)


def _web_answers(site: Site) -> bool:
    """Whether the web server answers HTTP, with whatever status."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(site.host, site.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, site.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _process(
    name: str, env: dict[str, str], module: str, *arguments: str, once: bool = False
) -> Process:
    command = (sys.executable, "-m", module, *arguments)
    return Process(name, command, env, once=once, forked=True)


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal():
        raise StartError(f"{name}={text} can't be read; it takes a whole number of at least 0.")
    return int(text)
