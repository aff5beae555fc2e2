"""What must hold before anything starts: one instance per data folder, and a free port."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import time
from pathlib import Path

from config.launch.supervisor import StartError

LEFTOVER_SECONDS = 10.0
ORDERLY_SECONDS = 2.0  # the embedded queue ends in order when its launcher was killed


def lock_folder(folder: Path) -> int:
    """Lock the data folder and return the descriptor that holds the lock.

    Children inherit the descriptor: the folder stays locked until the last of them is gone, so two
    queues or workers never meet in it. What a killed launcher left behind is ended. Raises
    StartError, naming who has it, when another launcher has it.
    """
    _keep_private(folder)
    path = folder.resolve() / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    began = time.monotonic()
    while not _is_locked(descriptor):
        waited = time.monotonic() - began
        try:
            _make_way(path, waited)
        except StartError:
            os.close(descriptor)
            raise
        time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def is_held(folder: Path) -> bool:
    """Whether a site runs on the data folder, as far as this user may see."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _is_locked(descriptor)
    finally:
        os.close(descriptor)


def _keep_private(folder: Path) -> None:
    """Let nobody but this user read the data that is there; see umask in __main__ for the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder, *folder.iterdir()):
        # A folder that somebody else owns is theirs to protect; below these, nothing can be reached.
        if not path.is_symlink():
            with contextlib.suppress(PermissionError, FileNotFoundError):
                path.chmod(0o700 if path.is_dir() else 0o600)


def _is_locked(descriptor: int) -> bool:
    """Lock it for this process, if nobody else has."""
    try:
        # flock and not lockf: this lock belongs to the open file, which children inherit; the
        # other kind belongs to a process, and would end with it.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_way(path: Path, waited: float) -> None:
    """End what holds the lock of a launcher that is gone. Raises StartError when one is alive."""
    owner = path.read_text()
    holders = _holders(path)
    if owner in holders or (not holders and _is_alive(owner)):
        raise StartError(_in_use(path, f"process {owner}"))
    if waited > LEFTOVER_SECONDS:
        who = ", ".join(sorted(holders)) or "unknown, perhaps another user's or container's"
        raise StartError(_in_use(path, f"processes left behind: {who}"))
    if waited > ORDERLY_SECONDS:
        for pid in holders:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(int(pid), signal.SIGKILL)


def _in_use(path: Path, by: str) -> str:
    return (
        f"Packshot is already running on {path.parent} ({by}). "
        "Stop it first, or set VAR_DIR to another folder."
    )


def _holders(path: Path) -> set[str]:
    """List the processes that hold the lock, as far as this one may see them (Linux only)."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == path:
                state = link.parents[1] / "fdinfo" / link.name
                if "FLOCK" in state.read_text():  # not who waits for it, like this process
                    found.add(link.parts[2])
        except OSError:  # gone meanwhile, or somebody else's
            continue
    return found


def check_port(host: str, port: int) -> None:
    """Raise StartError, naming a free port, when ``port`` can't be listened on."""
    reason = _refusal(host, port)
    if reason is None:
        return
    if reason == errno.EADDRINUSE:
        free = next((p for p in range(port + 1, port + 100) if _refusal(host, p) is None), None)
        hint = f" Try PORT={free} make run" if free else ""
        raise StartError(f"Port {port} is taken.{hint}")
    raise StartError(f"Can't listen on {host} port {port}: {os.strerror(reason)}.")


def _refusal(host: str, port: int) -> int | None:
    """The system's error number for listening there, None if it would do so."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except socket.gaierror as error:
            raise StartError(f"HOST={host} is not an address of this machine.") from error
        except OSError as error:
            return error.errno
        except OverflowError as error:
            raise StartError(f"PORT={port} is not a port number.") from error
    return None


def _is_alive(pid: str) -> bool:
    if pid == str(os.getpid()):  # another container's process may have the same number
        return False
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
