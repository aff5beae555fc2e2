"""What must hold before anything starts: one instance per data folder, and a free port."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path

from config.launch.supervisor import StartError

LEFTOVER_SECONDS = 10.0


def lock_folder(folder: Path) -> int:
    """Lock the data folder and return the descriptor that holds the lock.

    Children inherit the descriptor: the folder stays locked until the last of them is gone, so two
    queues or workers never meet in it. Raises StartError when another launcher has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while True:
        try:
            # flock and not lockf: this lock belongs to the open file, which children inherit; the
            # other kind belongs to a process, and would end with it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 32, 0).decode()
            # Processes of a launcher that was killed need a moment to go.
            if _is_alive(owner) or time.monotonic() > deadline:
                os.close(descriptor)
                raise StartError(
                    f"Packshot is already running on {folder} (process "
                    f"{owner or 'unknown'}). Stop it first, or set VAR_DIR to another folder."
                ) from None
            time.sleep(0.1)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return descriptor


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
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
