"""What MNN prints goes nowhere, and nothing else is lost with it."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import os, sys
from processing.engine.networks.runtimes.mnn_network import _quiet
for closed in map(int, sys.argv[1:]):
    os.close(closed)
before = os.listdir("/proc/self/fd")
for _ in range(2):
    with _quiet():
        try:
            os.write(1, b"MNN is here. ")
        except OSError:
            pass
assert os.listdir("/proc/self/fd") == before
if "1" not in sys.argv:
    os.write(1, b"The answer.")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what a process has open")
@pytest.mark.parametrize(
    ("closed", "said"), [([], b"The answer."), (["1"], b""), (["0", "1"], b"")]
)
def test_standard_output_is_as_before_afterwards(closed: list[str], said: bytes) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *closed], capture_output=True)
    assert (done.stdout, done.stderr) == (said, b"")
