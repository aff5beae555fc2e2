"""Settings of the test suite: everything in memory, nothing slow, no server needed."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="packshot-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
os.environ.setdefault(
    "SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
)
os.environ.setdefault("API_KEY_PEPPERS", "1:only-for-tests")
os.environ.setdefault("ENCRYPTION_KEYS", "1:only-for-tests")

from config.settings import *  # noqa: F403
from config.settings import BASE_DIR, env

MODELS_DIR = Path(env.str("PACKSHOT_MODELS_DIR", str(BASE_DIR / "var/models")))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
RATE_LIMITS_URL = "memory://"
DEMO_ACCOUNT_PLAN = "free"
STAFF_SECOND_FACTOR = False  # but where a test is about it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DRAMATIQ_BROKER = {
    "BROKER": "dramatiq.brokers.stub.StubBroker",
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
    ],
}
DOOR_WAIT_SECONDS = 0.0
LOG_FORMAT = "console"
LOG_LEVEL = "ERROR"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
MERGED_CACHE_MB = 0  # each test merges for itself
