"""What a Dramatiq worker imports: Django, the broker and every actor.

``dramatiq config.worker -Q images -p 1 -t 1``
"""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from dramatiq import get_broker  # noqa: E402

from config.launch.lifeline import die_with_parent  # noqa: E402
from processing.presence import WorkerPresence  # noqa: E402

die_with_parent()
broker = get_broker()
broker.add_middleware(WorkerPresence())
