"""What owners do with their buckets: save them with their keys, change, check and delete them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Account
from accounts.services import one_at_a_time
from config import encryption
from config.errors import invalid, not_found
from config.outbound import OutboundError
from processing.models import Bucket
from processing.services.appearance import named
from processing.services.buckets import s3
from processing.services.buckets.s3 import S3, BucketError

MAX_BUCKETS: Final = 20
MAX_PREFIX: Final = 500
TEST_OBJECT: Final = ".packshot-check"
DEFAULT_REGION: Final = "us-east-1"
_REGION: Final = re.compile(r"[a-z0-9-]{1,60}")
_BUCKET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# Printable: they become parts of a header, where a slash ends the first.
_KEY_ID: Final = re.compile(r"[!-.0-~]{1,200}")
_SECRET: Final = re.compile(r"[!-~]{1,200}")
# The fields of API and forms by the columns that they become.
_FIELDS: Final = {
    "region": ("region", _REGION, "Must be the name of a region, such as eu-central-1."),
    "bucket": ("bucket", _BUCKET, "Must be the name of a bucket: letters, digits, dots, dashes."),
    "access_key_id": ("accessKeyId", _KEY_ID, "Must be an access key: no spaces and no slash."),
    "secret": ("secretKey", _SECRET, "Must be a secret key: printable characters, no spaces."),
}


@dataclass(frozen=True)
class Access:
    """A bucket as its owner describes it. Without an ``endpoint_url`` it is one of Amazon's."""

    name: str
    bucket: str
    access_key_id: str
    secret: str
    endpoint_url: str = ""
    region: str = DEFAULT_REGION


@dataclass(frozen=True)
class Outcome:
    """Whether something can be done with a bucket, and what its server said where not."""

    ok: bool
    code: str = ""
    error: str = ""


@dataclass(frozen=True)
class Checked:
    """What a check came to. ``left`` says that the object it wrote could not be removed."""

    read: Outcome
    write: Outcome
    left: bool = False


def bucket_for(account: Account, bucket_id: UUID) -> Bucket:
    """The account's bucket. Raises AppError NOT_FOUND, also for somebody else's."""
    found = Bucket.objects.filter(account=account, pk=bucket_id).first()
    if found is None:
        raise not_found("Bucket")
    return found


def save(account: Account, wanted: Access, *, bucket_id: UUID | None = None) -> Bucket:
    """Raises AppError VALIDATION_ERROR for what is no bucket, or at an address that is not public; CONFLICT for one too
    many, and a name that another has."""
    columns = _checked(vars(wanted))
    row = Bucket(id=bucket_id or uuid4(), account=account, **columns)
    with transaction.atomic():
        one_at_a_time(Account.objects.all()).get(pk=account.pk)
        named.refuse_more(Bucket, account, MAX_BUCKETS, _too_many())
        return named.saved(row, _same_name(wanted.name), new=True)


def change(bucket: Bucket, changes: Mapping[str, Any]) -> Bucket:
    """Change fields of `Access`. Raises AppError as `save` does."""
    now = {"region": bucket.region, **changes}
    columns = _checked(now)
    for name, value in columns.items():
        setattr(bucket, name, value)
    bucket.updated_at = timezone.now()
    return named.saved(bucket, _same_name(bucket.name), new=False)


def delete(bucket: Bucket) -> None:
    """Forget it and its key. Batches that still read from it or write to it say that it was deleted."""
    bucket.delete()


def check(bucket: Bucket, prefix: str = "") -> Checked:
    """Ask for one object below the prefix, write one there and remove it. Not to be called within a transaction:
    it takes as long as the bucket's server does."""
    left = False

    def write() -> None:
        nonlocal left
        left = check_writing(bucket, prefix)

    read, written = _tried(lambda: check_reading(bucket, prefix)), _tried(write)
    return Checked(read, written, left)


def check_reading(bucket: Bucket, prefix: str) -> None:
    """Ask for one object below the prefix. Raises BucketError."""
    with S3(bucket, timeout=s3.web_timeout()) as opened:
        opened.page(prefix, most=1)


def check_writing(bucket: Bucket, prefix: str) -> bool:
    """Write an object below the prefix and remove it; whether it is left there. Raises BucketError where it can't
    be written."""
    key = f"{prefix}{TEST_OBJECT}"
    with S3(bucket, timeout=s3.web_timeout()) as opened:
        opened.put(key, b"", "text/plain")
        return not _tried(lambda: opened.delete(key)).ok


def reencrypt_secrets() -> int:
    """Encrypt every secret anew; how many there are. Raises DecryptionError."""
    buckets = list(Bucket.objects.select_for_update())
    for bucket in buckets:
        bucket.encrypted_secret = encryption.reencrypt(bucket.encrypted_secret)
    Bucket.objects.bulk_update(buckets, ["encrypted_secret"], batch_size=500)
    return len(buckets)


def _tried(asked: Callable[[], object]) -> Outcome:
    try:
        asked()
    except BucketError as error:
        return Outcome(False, error.code, error.message)
    return Outcome(True)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns for what is given. Raises AppError VALIDATION_ERROR."""
    for column, (field, pattern, message) in _FIELDS.items():
        if column in given and not pattern.fullmatch(given[column]):
            raise invalid(field, message)
    columns = dict(given)
    if "endpoint_url" in columns:
        columns["endpoint_url"] = _checked_url(columns["endpoint_url"], columns["region"])
    if "secret" in columns:
        columns["encrypted_secret"] = encryption.encrypt(columns.pop("secret"))
    return columns


def _checked_url(given: str, region: str) -> str:
    url = given.rstrip("/") or f"https://s3.{region}.amazonaws.com"
    if "?" in url or "#" in url:
        raise invalid("endpointUrl", "Must be an address without ? and #.")
    try:
        s3.line_to(url, timeout=s3.web_timeout()).vet()
    except OutboundError as error:
        raise invalid("endpointUrl", error.message) from error
    return url


def _same_name(name: str) -> tuple[str, str]:
    text = gettext("There is a bucket called “%(name)s” already.")
    return f"There is a bucket called '{name}' already.", text % {"name": name}


def _too_many() -> tuple[str, str]:
    text = gettext("You can keep at most %(most)s buckets.")
    return f"An account can have at most {MAX_BUCKETS} buckets.", text % {"most": MAX_BUCKETS}
