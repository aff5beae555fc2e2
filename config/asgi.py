"""The site as an ASGI application (what granian serves)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_asgi_application()

from media_library.intake.body_limit import BodyLimit  # noqa: E402

application = BodyLimit(django)  # type: ignore[arg-type]  # the stubs name dict, ASGI a mapping
