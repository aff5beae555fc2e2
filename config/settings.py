"""Every setting of the site. Read from the environment (or `NAME_FILE`), safe by default."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from config.setup.api_document import API_DOCUMENT
from config.setup.cors import cors
from config.setup.environment import Environment
from config.setup.logs import logs
from config.setup.networks import networks
from config.setup.runtimes import network_runtime
from config.setup.secrets import generated_secret
from config.setup.signing_in import google_pages, signing_in

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")

# --- Where things are ---------------------------------------------------------------------------

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
MODELS_DIR = Path(env.str("MODELS_DIR", str(VAR_DIR / "models"))).resolve()
PORT = env.int("PORT", 8000)
SITE_URL = env.site("SITE_URL", f"http://127.0.0.1:{PORT}")
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"

# --- Security -----------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or generated_secret(VAR_DIR / "secrets/secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# API keys are stored as HMACs under a numbered pepper, e.g. "1:old,2:new": the highest signs new keys.
API_KEY_PEPPERS = env.numbered("API_KEY_PEPPERS") or {
    1: generated_secret(VAR_DIR / "secrets/api_key_pepper_1")
}
# What must be read again, such as webhooks' secrets, is stored encrypted: the highest key encrypts.
ENCRYPTION_KEYS = env.numbered("ENCRYPTION_KEYS") or {
    1: generated_secret(VAR_DIR / "secrets/encryption_key_1")
}
ALLOWED_HOSTS = [
    _site.hostname or "127.0.0.1",
    *env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"]),
]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
COOKIE_SECURE = env.bool("COOKIE_SECURE", not DEBUG)
SESSION_ENGINE = "accounts.signing.sessions"
SESSION_COOKIE_NAME = "packshot_session"
SESSION_COOKIE_AGE = env.int("SESSION_DAYS", 30) * 86400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = COOKIE_SECURE
CSRF_FAILURE_VIEW = "config.api.handlers.csrf_failure"
SECURE_SSL_REDIRECT = _https and env.bool("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_SUBDOMAINS", False)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many reverse proxies stand in front: only so many entries of X-Forwarded-For are believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Signed links of pictures lead to the bucket, where there is one.
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "")
_bucket_origins = [S3_ENDPOINT_URL or "https://*.amazonaws.com"] if S3_BUCKET else []
# Signing in with Google, where the site's owner has registered it there.
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", "")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_bucket_origins],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *google_pages(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET)],
        "frame-ancestors": [NONE],
    }
}
vars().update(cors(env.list("CORS_ALLOWED_ORIGINS", default=[])))
HOST_PREFIXES: dict[str, str] = {}  # host names of dialects, with their path: filled by them
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"accounts.signing.password_rules.{name}"}
    for name in ("UnlikeThePerson", "LongEnough", "Uncommon", "NotDigitsAlone")
]

# --- What the site is made of ---------------------------------------------------------------------

INSTALLED_APPS = [
    "django_dramatiq",  # first: actors need the broker when their modules are imported
    "accounts",
    "media_library",
    "processing",
    "listings",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "csp",
    "corsheaders",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
MIDDLEWARE = [
    "config.web.requests.RequestIdMiddleware",
    "config.web.metrics.MetricsMiddleware",
    "config.web.compression.CompressionMiddleware",
    "accounts.access.cors.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.limits.call_log.CallLogMiddleware",
    "accounts.limits.middleware.RateLimitHeadersMiddleware",
    "config.web.middleware.RefusedBodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.signing.middleware.SessionDetailsMiddleware",
    "accounts.signing.languages.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.signing.middleware.StaffSecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *("config.web.navigation.navigation", "config.web.toasts.toasts"),
                *("config.web.about.about", "accounts.signing.google.google"),
                "accounts.signing.passkeys.passkeys",
                "accounts.access.pages.team",
            ],
            "libraries": {"told": "config.told", "words": "processing.pages.words"},
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # each in its own words
LANGUAGE_COOKIE_NAME = "packshot_language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'packshot.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock when a transaction begins: waiting, instead of failing half way.
    # Without secure_delete, as SQLite is built for some systems, what was deleted, and secrets from
    # before they were encrypted, could still be read in the file.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        ),
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Under ASGI each request has a thread, and so a connection, of its own: the pool bounds them.
    pool = {"min_size": 1, "max_size": env.int("DATABASE_POOL", 20), "timeout": 20}
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = pool
_url_file = VAR_DIR / "run/redis_url"  # written by the launcher for its embedded server
REDIS_URL = env.str("REDIS_URL", "") or (
    _url_file.read_text().strip() if _url_file.is_file() else f"unix://{VAR_DIR}/run/queue.sock"
)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
DRAMATIQ_BROKER = {
    "BROKER": "config.broker.Broker",
    # A dead worker's messages come back after heartbeat_timeout. They are looked for at every look at
    # a queue (in a million of a million cases): idle consumers look once a second.
    "OPTIONS": {"url": REDIS_URL, "heartbeat_timeout": 15_000, "maintenance_chance": 1_000_000},
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}
MEDIA_ROOT = VAR_DIR / "media"
# For the site's own user alone, as the launcher has it for all else (config.launch.guards).
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
_media_storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {}}
if S3_BUCKET:
    _media_storage = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "region_name": env.str("S3_REGION", "") or None,
            "access_key": env.str("S3_ACCESS_KEY", "") or None,
            "secret_key": env.str("S3_SECRET_KEY", "") or None,
            "addressing_style": env.one_of(
                "S3_ADDRESSING_STYLE", "auto", "auto", "path", "virtual"
            ),
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": True,  # keys come from UUIDs: the same key is the same file
            "querystring_auth": True,
        },
    }
STORAGES = {
    "default": _media_storage,
    "staticfiles": {"BACKEND": "config.web.static_files.HashedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- People's accounts (django-allauth) -------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
EMAIL_CONFIG = env.email("EMAIL_URL", "consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"Packshot <packshot@{_site.hostname}>")
# Whom people of this site may ask: an e-mail address, or the address of a page. Empty: nobody.
SUPPORT_CONTACT = env.str("SUPPORT_CONTACT", "")
# The operations whose units come back where their result is rated as bad.
GIVE_BACK_ON_BAD = env.list("GIVE_BACK_ON_BAD", default=[])
MAIL_IS_SENT = EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
vars().update(signing_in(mail_is_sent=MAIL_IS_SENT, scheme=_site.scheme))
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", not DEBUG)  # for the administration

# --- API --------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.access.authentication.TokenAuthentication",
        "accounts.access.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["config.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.limits.throttles.RateThrottle"],
    "DEFAULT_SCHEMA_CLASS": "config.api.openapi.auto.Operation",
    "EXCEPTION_HANDLER": "config.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = API_DOCUMENT

# --- Limits ------------------------------------------------------------------------------------------

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_MB", 30) * 1_000_000
MAX_PIXELS = env.int("MAX_MEGAPIXELS", 65) * 1_000_000
# How much room what brackets were merged to may take on a worker's disk; see processing.worker.making.kept_merges.
MERGED_CACHE_MB = env.int("MERGED_CACHE_MB", 512)
# What opening one uploaded file may take, in a process of its own: computing time and memory.
OPENING_SECONDS = env.float("OPENING_SECONDS", 10.0)
OPENING_MEMORY_MB = env.int("OPENING_MEMORY_MB", 1_500)
# For trying the site without an account: how many may in an hour (0: nobody), with how large a photo.
TRYOUTS_PER_HOUR = env.int("TRYOUTS_PER_HOUR", 60)
TRYOUT_MAX_BYTES = env.int("TRYOUT_MAX_MB", 10) * 1_000_000
MAX_FILES_PER_UPLOAD = env.int("MAX_FILES_PER_UPLOAD", 20)
MAX_BATCH_FILES = env.int("MAX_BATCH_FILES", 100)
MAX_BATCH_BYTES = env.int("MAX_BATCH_MB", 1_000) * 1_000_000  # of all files together
# Of bodies on their way in (config.web): how long without a piece, how slow in all, and how many
# from one address at once.
BODY_STALL_SECONDS = env.float("BODY_STALL_SECONDS", 20.0)
BODY_MIN_BYTES_PER_SECOND = env.int("BODY_MIN_BYTES_PER_SECOND", 8_000)
MAX_BODIES_PER_ADDRESS = env.int("MAX_BODIES_PER_ADDRESS", 64)
MAX_BODY_BYTES_PER_ADDRESS = env.int("MAX_BODY_MB_PER_ADDRESS", 2_000) * 1_000_000
URL_PRIVATE_NETWORKS = networks(env.list("URL_PRIVATE_NETWORKS", default=[]))
BUCKET_PRIVATE_NETWORKS = networks(
    env.list("BUCKET_PRIVATE_NETWORKS", default=[]), name="BUCKET_PRIVATE_NETWORKS"
)
URL_FETCH_SECONDS = env.float("URL_FETCH_SECONDS", 20.0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # forms and JSON; files are streamed to disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_100  # 1,000 chosen pictures, and what to do with them
# One more: media_library.intake.uploads says better what is too many.
DATA_UPLOAD_MAX_NUMBER_FILES = max(MAX_FILES_PER_UPLOAD, MAX_BATCH_FILES) + 1
# Requests over seconds; dialects add theirs. Pro has ten times these, Enterprise none; by address all alike.
RATE_LIMITS = {
    "auth": env.rate("RATE_AUTH", "5/15m"),
    "join": env.rate("RATE_JOIN", "10/15m"),  # sign-ups by one invitation, by address
    "invitation-links": env.rate("RATE_INVITATION_LINKS", "20/15m"),  # that lead nowhere
    "shared": env.rate("RATE_SHARED", "6000/h"),  # pages and pictures of shared links
    "upload": env.rate("RATE_UPLOAD", "100/h"),
    "processing": env.rate("RATE_PROCESSING", "50/h"),
    "strokes": env.rate("RATE_STROKES", "120/m"),
    "preview": env.rate("RATE_PREVIEW", "120/m"),
    "listing-generate": env.rate("RATE_LISTING_GENERATE", "20/h"),
    "listing-create": env.rate("RATE_LISTING_CREATE", "50/h"),
    "invite": env.rate("RATE_INVITE", "20/h"),
    "general": env.rate("RATE_GENERAL", "1000/h"),
    "tryout": env.rate("RATE_TRYOUT", "5/h"),
}
RATE_LIMITS_URL = REDIS_URL  # where they are counted
NEW_ACCOUNT_PLAN = env.str("NEW_ACCOUNT_PLAN", "free")
DEMO_ACCOUNT_PLAN = env.str("DEMO_ACCOUNT_PLAN", "pro")
BILLING_PROVIDER = env.one_of("BILLING_PROVIDER", "manual", "manual")  # accounts.billing.providers
BILLING_MAIL = env.str("BILLING_MAIL", "")  # who is told that somebody asks for another plan
PLAN_GRACE_DAYS = env.int("PLAN_GRACE_DAYS", 14)
RATE_LIMIT_FACTORS = {"free": 1, "pro": 10, "enterprise": None}  # None: no limit
SILENCED_SYSTEM_CHECKS = [
    *("django_ratelimit.E003", "django_ratelimit.W001"),  # tests count in local memory
    *("security.W005", "security.W021"),  # the owner's other subdomains are the owner's to decide
]

# --- Work ----------------------------------------------------------------------------------------------

DEFAULT_MODEL = env.str("DEFAULT_MODEL", "auto")
# What `make run` fetches in the background; "none" is nothing.
FETCH_MODELS = [name for name in env.list("FETCH_MODELS", default=["high"]) if name != "none"]
MODEL_THREADS = env.int("MODEL_THREADS", 2)
ONNX_PROVIDERS = env.list("ONNX_PROVIDERS", default=["CPUExecutionProvider"])
NETWORK_RUNTIME = network_runtime(
    env.one_of("NETWORK_RUNTIME", "auto", "auto", "mnn", "onnxruntime"), ONNX_PROVIDERS
)
# Backgrounds made from words: the built-in `studio`, or a server of yours.
BACKGROUND_PROVIDER = env.one_of(
    "BACKGROUND_PROVIDER", "studio", "studio", "openai", "automatic1111"
)
OPENAI_IMAGES_URL = env.str("OPENAI_IMAGES_URL", "")
OPENAI_IMAGES_MODEL = env.str("OPENAI_IMAGES_MODEL", "gpt-image-1")
OPENAI_IMAGES_KEY = env.str("OPENAI_IMAGES_KEY", "")
AUTOMATIC1111_URL = env.str("AUTOMATIC1111_URL", "")
AUTOMATIC1111_MODEL = env.str("AUTOMATIC1111_MODEL", "")
AUTOMATIC1111_USER = env.str("AUTOMATIC1111_USER", "")
AUTOMATIC1111_PASSWORD = env.str("AUTOMATIC1111_PASSWORD", "")
PROVIDER_SECONDS = env.float("PROVIDER_SECONDS", 120.0)
# Who writes listings where a request doesn't say: the built-in `rules`, or `llm`, any chat server
# with OpenAI's API that can see.
LISTING_PROVIDER = env.one_of("LISTING_PROVIDER", "rules", "rules", "llm")
LISTING_LLM_URL = env.str("LISTING_LLM_URL", "")
LISTING_LLM_MODEL = env.str("LISTING_LLM_MODEL", "")
LISTING_LLM_KEY = env.str("LISTING_LLM_KEY", "")
# Dialects know no 202: after this long they answer that it took too long, and the job goes on.
COMPAT_WAIT_SECONDS = env.float("COMPAT_WAIT_SECONDS", 60.0)
DOOR_WAIT_SECONDS = env.float("DOOR_WAIT_SECONDS", 20.0)
TRASH_DAYS = env.int("TRASH_DAYS", 30)  # 0 removes the files of deleted pictures at once
PREVIEW_SECONDS = env.float("PREVIEW_SECONDS", 10.0)  # how long a preview is waited for
SIGNED_URL_SECONDS = env.int("SIGNED_URL_SECONDS", 3600)
# Marketplaces fetch pictures in their own time, and again: Google keeps a product file for 30 days.
EXPORT_LINK_DAYS = env.int("EXPORT_LINK_DAYS", 30)
# A heartbeat older than this is a dead worker's.
JOB_STALE_SECONDS = env.float("JOB_STALE_SECONDS", 15.0)
JOB_MAX_SECONDS = env.float("JOB_MAX_SECONDS", 900.0)  # after it, work that hangs is given away
# Beside what a worker has when it starts. Beyond it a job fails and the worker lives; 0 leaves the
# limit to the system, which kills.
JOB_MEMORY_MB = env.int("JOB_MEMORY_MB", 0)
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", 3)

# --- Webhooks and streams --------------------------------------------------------------------------------------------

WEBHOOK_SECONDS = env.float("WEBHOOK_SECONDS", 10.0)  # for one attempt, from DNS to the last byte
WEBHOOK_KEEP_DAYS = env.int("WEBHOOK_KEEP_DAYS", 30)  # how long deliveries that ended are listed
# For tests, whose receivers are on this machine: any address and port may be told.
WEBHOOKS_MAY_BE_PRIVATE = env.bool("WEBHOOKS_MAY_BE_PRIVATE", False)
EVENT_STREAMS_PER_ACCOUNT = env.int("EVENT_STREAMS_PER_ACCOUNT", 10)  # open at once

# --- Logs and numbers ------------------------------------------------------------------------------------------------

vars().update(logs(env, debug=DEBUG))
# Who may read /metrics; with neither it isn't there.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_NETWORKS = networks(env.list("METRICS_NETWORKS", default=[]), name="METRICS_NETWORKS")
