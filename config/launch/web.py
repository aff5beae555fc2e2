"""The ASGI application as the launcher serves it: granian's worker ends with granian's master."""

from config.launch.lifeline import die_with_parent

die_with_parent()

from config.asgi import application  # noqa: E402
from processing.engine.files import isolated  # noqa: E402

# Not in config.asgi, which the launcher loads before it forks this process.
isolated.start()

__all__ = ["application"]
