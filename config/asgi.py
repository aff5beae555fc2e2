"""The site as an ASGI application (what granian serves)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.web.handler import Handler  # noqa: E402

application = Handler()
