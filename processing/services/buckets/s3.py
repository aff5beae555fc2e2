"""What is asked of a bucket, by the S3 API: list, get, put, delete, signed with the customer's key.

Requests go through `config.outbound`: to the vetted address of the endpoint alone, without redirects, proxies or
credentials of the environment. Of botocore only the signature is taken.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, unquote_plus, urlencode
from xml.etree import ElementTree

from django.conf import settings

from config import outbound
from config.encryption import DecryptionError
from config.errors import AppError
from config.outbound import OutboundError
from config.outbound.line import Answer, Line

if TYPE_CHECKING:
    from processing.models import Bucket

# What customers' servers listen at, MinIO's own port among them.
PORTS: Final = outbound.PORTS | {9000}
DENIED, NOT_FOUND, UNREACHABLE = "BUCKET_DENIED", "BUCKET_NOT_FOUND", "BUCKET_UNREACHABLE"
GONE: Final = "OBJECT_GONE"
PAGE: Final = 1000  # keys of one answer, the most that S3 gives
_LIST_BYTES: Final = 4_000_000
_WORD_BYTES: Final = 100_000
# For answers that may be better a moment later.
_PAUSES: Final = (0.5, 2.0)
_WRONG_KEY: Final = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed")
_OVERLOADED: Final = frozenset({429, 500, 502, 503, 504})


class BucketError(AppError):
    """What a bucket's server refused, or that it could not be asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, status=400)


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a list."""

    key: str
    size: int


class S3:
    """A connection to one bucket, for one thread at a time."""

    def __init__(self, bucket: Bucket, *, timeout: float, is_patient: bool = False) -> None:
        """``is_patient`` is for workers: an overloaded server is asked again. Raises BucketError."""
        # 5 MB that only those processes need that talk to a bucket.
        from botocore.auth import S3SigV4Auth
        from botocore.credentials import Credentials

        try:
            key = Credentials(bucket.access_key_id, bucket.secret)
        except DecryptionError as error:
            lost = "The secret of its key can't be read any more: save it again."
            raise BucketError(DENIED, lost) from error
        self._signer = S3SigV4Auth(key, "s3", bucket.region)
        self._bucket = bucket
        self._pauses = _PAUSES if is_patient else ()
        try:
            self._line = line_to(bucket.endpoint_url, timeout=timeout)
        except OutboundError as error:
            raise BucketError(UNREACHABLE, error.message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()

    def page(self, prefix: str, *, after: str = "", most: int) -> tuple[list[Listed], bool]:
        """Objects below the prefix in the order of their keys, and whether there are more. Raises BucketError."""
        # Encoded: XML has no room for some characters that keys may have.
        query = {"list-type": "2", "max-keys": str(most), "prefix": prefix, "encoding-type": "url"}
        if after:
            query["start-after"] = after
        answer = self._asked("GET", "", query=query, most=_LIST_BYTES)
        return _listed(_parsed(answer.body))

    def get(self, key: str, *, max_bytes: int) -> bytes:
        """Raises BucketError; AppError PAYLOAD_TOO_LARGE for an object that is."""
        return self._asked("GET", key, most=max_bytes).body

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Raises BucketError."""
        self._asked("PUT", key, content=content, media_type=media_type)

    def delete(self, key: str) -> None:
        """Raises BucketError."""
        self._asked("DELETE", key)

    def _asked(
        self,
        method: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes = b"",
        media_type: str = "",
        most: int = _WORD_BYTES,
    ) -> Answer:
        path = f"{self._line.url.raw_path.decode().partition('?')[0].rstrip('/')}/"
        path += quote(f"{self._bucket.bucket}/{key}" if key else self._bucket.bucket, safe="/~")
        target = f"{path}?{urlencode(query, quote_via=quote, safe='~')}" if query else path
        for pause in (*self._pauses, None):
            try:
                answer = self._once(method, target, content, media_type, most)
            except OutboundError as error:
                if error.code == "PAYLOAD_TOO_LARGE":
                    raise
                if pause is None:
                    raise _unreachable(error) from error
            else:
                if answer.status not in _OVERLOADED or pause is None:
                    break
            time.sleep(pause)
        if answer.status >= 300:
            raise self._refused(answer, key)
        return answer

    def _once(self, method: str, target: str, content: bytes, media_type: str, most: int) -> Answer:
        from botocore.awsrequest import AWSRequest

        host = self._line.url.netloc.decode()
        url = f"{self._line.url.scheme}://{host}{target}"
        given = {"Content-Type": media_type} if media_type else {}
        request = AWSRequest(method=method, url=url, headers=given, data=content)
        self._signer.add_auth(request)
        headers = {name: value for name, value in request.headers.items() if name != "Host"}
        headers |= {"User-Agent": "Packshot/1 (buckets)", "Accept-Encoding": "identity"}
        if method == "PUT":
            headers["Content-Length"] = str(len(content))
        return self._line.request(method, target, headers=headers, content=content, max_bytes=most)

    def _refused(self, answer: Answer, key: str) -> BucketError:
        code = _code_of(answer.body)
        if code in _WRONG_KEY:
            return BucketError(
                DENIED, "The bucket's server doesn't know this access key or secret."
            )
        region = answer.headers.get("x-amz-bucket-region", "")
        if 300 <= answer.status < 400 or code in ("PermanentRedirect", "TemporaryRedirect"):
            where = f": its region is {region}" if region.replace("-", "").isalnum() else ""
            return BucketError(NOT_FOUND, f"The bucket lies at another address{where}.")
        if code == "NoSuchBucket":
            return BucketError(NOT_FOUND, "There is no bucket with this name.")
        if answer.status == 404:
            if key:
                return BucketError(GONE, "The object is not in the bucket any more.")
            return BucketError(NOT_FOUND, "There is no bucket at this address.")
        if answer.status in (401, 403):
            return BucketError(DENIED, "The access key has no right to do this.")
        named = f" ({code})" if code else ""
        return BucketError(
            UNREACHABLE, f"The bucket's server answered with status {answer.status}{named}."
        )


def line_to(endpoint_url: str, *, timeout: float) -> Line:
    """A line to the server of a bucket. Raises OutboundError for an address that is none."""
    # Not those of URL_PRIVATE_NETWORKS: who lets pictures be fetched has not let anything be written.
    private = settings.BUCKET_PRIVATE_NETWORKS
    return Line(endpoint_url, timeout=timeout, ports=PORTS, private=private)


def web_timeout() -> float:
    """How long a page or an endpoint waits for a bucket."""
    return min(10.0, settings.URL_FETCH_SECONDS)


def _unreachable(error: OutboundError) -> BucketError:
    return BucketError(UNREACHABLE, error.message)


def _parsed(body: bytes) -> ElementTree.Element:
    """Raises BucketError for what no S3 server answers."""
    # Nothing is to be declared in these answers: entities are how XML grows in memory.
    if b"<!DOCTYPE" not in body and b"<!ENTITY" not in body:
        try:
            return ElementTree.fromstring(body)  # noqa: S314
        except ElementTree.ParseError:
            pass
    raise BucketError(UNREACHABLE, "The server at this address doesn't speak S3.")


def _listed(root: ElementTree.Element) -> tuple[list[Listed], bool]:
    if _local(root) != "ListBucketResult":
        raise BucketError(UNREACHABLE, "The server at this address doesn't speak S3.")
    found, has_more = [], False
    is_encoded = any(_local(one) == "EncodingType" and one.text == "url" for one in root)
    for child in root:
        if _local(child) == "Contents":
            values = {_local(one): one.text or "" for one in child}
            size = values.get("Size", "")
            key = values.get("Key", "")
            found.append(
                Listed(
                    unquote_plus(key) if is_encoded else key, int(size) if size.isdecimal() else 0
                )
            )
        elif _local(child) == "IsTruncated":
            has_more = child.text == "true"
    return found, has_more


def _code_of(body: bytes) -> str:
    """Read the code of an error; "" where the answer names none."""
    try:
        root = _parsed(body)
    except BucketError:
        return ""
    found = next((one.text or "" for one in root if _local(one) == "Code"), "")
    return found if found.isascii() and found.isalnum() else ""


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
