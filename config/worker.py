"""What a Dramatiq worker imports: Django, the broker and every actor.

``dramatiq config.worker -Q images -p 1 -t 1``
"""

from __future__ import annotations

import os

from config.launch.lifeline import die_with_parent

# First of all: a worker whose master is killed while it loads what follows must end too.
die_with_parent()

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connections  # noqa: E402
from dramatiq import get_broker  # noqa: E402

from accounts.access.origin_tasks import recheck_origin  # noqa: E402
from accounts.billing.telling import tell_of_plan  # noqa: E402
from accounts.lifecycle.tasks import erase_account, stop_account  # noqa: E402
from accounts.limits.quota_mail import tell_of_quota  # noqa: E402
from config.broker import Broker  # noqa: E402
from media_library.files.public_copies import make_public_copy, make_view_copy  # noqa: E402
from media_library.files.thumbnails import make_thumbnail  # noqa: E402
from media_library.lifecycle.own_data import make_data_export  # noqa: E402
from media_library.lifecycle.trash import remove_files  # noqa: E402
from processing.delivery import lanes  # noqa: E402
from processing.delivery.attempts import deliver  # noqa: E402
from processing.services.buckets.reading import read_bucket  # noqa: E402
from processing.services.buckets.writing import write_bucket  # noqa: E402
from processing.worker import claims  # noqa: E402
from processing.worker.fetching import fetch_model  # noqa: E402
from processing.worker.heartbeat import WorkerHeartbeat  # noqa: E402
from processing.worker.making.look_pictures import draw_looks  # noqa: E402
from processing.worker.making.previews import make_preview  # noqa: E402
from processing.worker.making.room_previews import make_room_preview  # noqa: E402
from processing.worker.tasks import run_job, run_one_of_a_batch  # noqa: E402

# Named, so that none is missing as soon as nothing else happens to import it.
ACTORS = (
    run_job,
    run_one_of_a_batch,
    *(make_preview, make_room_preview, draw_looks),
    deliver,
    make_thumbnail,
    make_public_copy,
    make_view_copy,
    *(erase_account, stop_account, recheck_origin, remove_files, make_data_export),
    fetch_model,
    *(read_bucket, write_bucket),
    *(tell_of_quota, tell_of_plan),
)
for database in connections.settings.values():
    if "pool" not in database.get("OPTIONS", {}):
        database["CONN_MAX_AGE"] = None  # a worker's threads stay: each keeps its connection
claims.end_process_that_hangs()
broker = get_broker()
if isinstance(broker, Broker):
    broker.be_another_worker()
broker.add_middleware(WorkerHeartbeat())


def has_errands() -> bool:
    """Whether threads of this process still do what a message asked for that is done with."""
    return not lanes.are_empty()
