"""Bringing objects of a bucket into the library, and giving each the jobs that its batch has for it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.db import transaction

from accounts.http import Caller
from accounts.limits import quotas
from accounts.services import check_still_open
from config.errors import AppError
from media_library.checks import too_large
from media_library.intake import ingest
from media_library.intake.ingest import Incoming, stored
from media_library.models import Image
from processing.models import BatchItem, BatchSource, Bucket, Job, JobEvent
from processing.services import jobs
from processing.services.batching import bucket_rows
from processing.services.batching.batches import Look
from processing.services.buckets import claims
from processing.services.buckets.s3 import S3, UNREACHABLE
from processing.worker import batch_progress, mattes, renditions, tasks

# Pictures at once: so many lie in memory, of MAX_UPLOAD_MB at most.
_PORTION: Final = 8
_THREADS: Final = 4
# What is no fault of one object: a month's quota that is used up, a batch that is somebody else's by now.
_OF_ALL: Final = frozenset({"QUOTA_EXCEEDED", "ACCOUNT_DELETED", "ACCOUNT_BLOCKED", "CONFLICT"})


class Away(AppError):
    """None of several objects could be had: it is the bucket's server that can't be reached."""

    def __init__(self, error: AppError) -> None:
        super().__init__(error.code, error.message, status=503)


class Fetcher:
    """Reads the objects of one source, several at a time; rows are written by the thread that asks for it."""

    def __init__(self, source: BatchSource, bucket: Bucket, looks: Sequence[Look]) -> None:
        self._source = source
        self._batch = source.batch
        caller = Caller(self._batch.account, self._batch.created_by)
        self._templates = [jobs.Template.of(caller, one.command) for one in looks]
        self._lines = Lines(bucket, _THREADS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()

    def portion(self) -> bool:
        """Bring in the next objects, each for itself; False where none is left.

        Raises AppError QUOTA_EXCEEDED, and what is no fault of an object: a site that is busy.
        """
        count = len(self._templates)
        rows = bucket_rows.waiting(self._batch).order_by("position")[: _PORTION * count]
        by_key: dict[str, list[BatchItem]] = {}
        for item in rows:
            by_key.setdefault(item.key, []).append(item)
        asked = [(items, self._lines.get(key)) for key, items in by_key.items()]
        away = []
        for items, answer in asked:
            try:
                self._keep(items, answer.result())
            except AppError as error:
                if error.code in _OF_ALL or error.status >= 500:
                    raise
                if error.code == UNREACHABLE:
                    away.append((items, error))
                else:
                    self._fail(items, error)
        if away and len(away) == len(asked):
            raise Away(away[0][1])
        for items, alone in away:
            self._fail(items, alone)
        return bool(by_key)

    def _keep(self, items: Sequence[BatchItem], data: bytes) -> None:
        """One object becomes a picture of the library, with a job for each of its items, or nothing of it does."""
        incoming = Incoming(items[0].name, lambda: data)
        with stored(self._batch.account, [incoming]) as [image]:
            made = self._jobs(items, image)
            earlier = renditions.find_all(self._batch.account, {job.rendition_key for job in made})
            with transaction.atomic():
                claims.hold(self._source)
                self._write(items, image, made, earlier)

    def _jobs(self, items: Sequence[BatchItem], image: Image) -> list[Job]:
        """Give each item its job. What several markets want alike is made, and costs, once."""
        made = dict[tuple[str, str], Job]()
        for item in items:
            template = self._templates[item.position % len(self._templates)]
            work = template.operation, template.digest
            if work in made:
                made[work].batch_results += 1
            else:
                made[work] = template.job(image)
            item.image, item.job = image, made[work]
        return list(made.values())

    def _write(
        self,
        items: Sequence[BatchItem],
        image: Image,
        made: Sequence[Job],
        earlier: dict[str, Job],
    ) -> None:
        batch = self._batch
        new = [job for job in made if job.rendition_key not in earlier]
        check_still_open(batch.account)
        ingest.keep_all([image])
        for operation in dict.fromkeys(job.operation for job in new):
            ids = mattes.costly([job for job in new if job.operation == operation])
            quotas.reserve_many(batch.account, operation, job_ids=ids)
        for job in made:
            job.batch = batch
        Job.objects.bulk_create(made)
        BatchItem.objects.bulk_update(items, ["image", "job"])
        BatchSource.objects.filter(pk=self._source.pk).update(attempts=0)
        JobEvent.objects.bulk_create(
            JobEvent(job=job, batch=batch, account=batch.account, name="job.queued") for job in new
        )
        batch_progress.moved(batch.pk, waiting=-len(items))
        for job in made:
            if (done := earlier.get(job.rendition_key)) is not None:
                jobs.find_again(job, done)
        transaction.on_commit(lambda: tasks.send_batch(batch, len(new)), robust=True)

    def _fail(self, items: Sequence[BatchItem], error: AppError) -> None:
        with transaction.atomic():
            claims.hold(self._source)
            BatchItem.objects.filter(pk__in=[item.pk for item in items]).update(
                error_code=error.code, error=error.message
            )
            BatchSource.objects.filter(pk=self._source.pk).update(attempts=0)
            batch_progress.moved(self._batch.pk, open_items=-len(items), waiting=-len(items))


class Lines:
    """Connections to a bucket, each for one thread at a time."""

    def __init__(self, bucket: Bucket, count: int) -> None:
        """Raises BucketError."""
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="bucket")
        self._free: SimpleQueue[S3] = SimpleQueue()
        self._open = ExitStack()
        for _ in range(count):
            s3 = S3(bucket, timeout=settings.URL_FETCH_SECONDS, is_patient=True)
            self._free.put(self._open.enter_context(s3))

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._open.close()

    def get(self, key: str) -> Future[bytes]:
        return self._threads.submit(self._get, key)

    def put(self, key: str, content: bytes, media_type: str) -> Future[None]:
        return self._threads.submit(self._put, key, content, media_type)

    def _get(self, key: str) -> bytes:
        s3 = self._free.get()
        try:
            return s3.get(key, max_bytes=settings.MAX_UPLOAD_BYTES)
        except AppError as error:
            if error.code == "PAYLOAD_TOO_LARGE":
                raise too_large(settings.MAX_UPLOAD_BYTES) from error
            raise
        finally:
            self._free.put(s3)

    def _put(self, key: str, content: bytes, media_type: str) -> None:
        s3 = self._free.get()
        try:
            s3.put(key, content, media_type)
        finally:
            self._free.put(s3)
