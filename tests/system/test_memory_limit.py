"""A worker that may not take all the memory there is."""

from __future__ import annotations

import sys

import pytest

from tests.system.site import Site
from tests.system.test_crash_safety import Seller, photo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process")


def test_a_picture_too_large_for_the_memory_fails_and_the_worker_lives() -> None:
    with (
        Site(DOOR_WAIT_SECONDS="0.1", JOB_MEMORY_MB="250") as site,
        site.client(site.demo("enterprise")["apiKey"]) as client,
    ):
        seller = Seller(client)
        used, worker = seller.used(), site.worker_pid()
        large, small = seller.upload(photo(8600, 5800)), seller.upload(photo(400, 300))
        failed = seller.ended(seller.submit(large))
        assert (failed["state"], failed["error"]["code"]) == ("failed", "OUT_OF_MEMORY")
        assert failed["attempts"] == 1
        assert seller.used() == used
        assert seller.ended(seller.submit(small))["state"] == "completed"
        assert site.worker_pid() == worker
