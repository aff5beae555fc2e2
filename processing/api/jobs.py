"""``/jobs``: what became of the work."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.views import ApiView
from processing.api.examples import JOB
from processing.api.serializers.jobs import JobQuery, JobSerializer
from processing.models import Job
from processing.services import jobs

_PATH = [path_id("job_id", "job")]


class JobView(ApiView):
    """What the views of jobs share."""

    scope: str | dict[str, str | None] | None = {"GET": "jobs:read", "POST": "jobs:write"}

    @property
    def context(self) -> dict[str, Any]:
        return {"base": self.base}

    def job(self, public_id: str) -> Job:
        return jobs.job_for(caller(self.request).account, decoded("job", public_id, "Job"))

    def shown(self, job: Job) -> dict[str, Any]:
        return dict(JobSerializer(job, context=self.context).data)


class Jobs(JobView):
    @endpoint(
        "List jobs",
        operation_id="jobs_list",
        responses={200: page_schema(JobSerializer)},
        example=page_example(JOB),
        parameters=[JobQuery],
    )
    def get(self, request: Request) -> Response:
        wanted = self.read_query(JobQuery)
        rows = Job.objects.filter(account=caller(request).account).select_related("result")
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        if "image" in wanted:
            rows = rows.filter(source_id=wanted["image"])
        rows = rows.order_by("-created_at", "-id")
        return Response(page_of(rows, wanted, serializer=JobSerializer, context=self.context))


class OneJob(JobView):
    @endpoint(
        "Get a job",
        operation_id="jobs_read",
        responses={200: JobSerializer},
        example=JOB,
        parameters=_PATH,
    )
    def get(self, request: Request, job_id: str) -> Response:
        return Response(self.shown(self.job(job_id)))


class CancelJob(JobView):
    @endpoint(
        "Cancel a job",
        operation_id="jobs_cancel",
        description=(
            "A pending or running job becomes `cancelled` and its quota is refunded. 409 "
            "CONFLICT if it has already ended."
        ),
        request=None,
        responses={200: JobSerializer},
        example={**JOB, "state": "cancelled", "resultImageId": None, "resultUrl": None},
        parameters=_PATH,
    )
    def post(self, request: Request, job_id: str) -> Response:
        return Response(self.shown(jobs.cancel(self.job(job_id))))


class RetryJob(JobView):
    rate_group = "processing"

    @endpoint(
        "Retry a job",
        operation_id="jobs_retry",
        description=(
            "Queues a failed or cancelled job again. It is charged again, because its quota was "
            "refunded. What is wrong with the picture itself (BROKEN_IMAGE, NOTHING_FOUND) comes "
            "out the same, unless the site has another release or model by then. 409 CONFLICT for "
            "any other job."
        ),
        request=None,
        responses={202: JobSerializer},
        example={**JOB, "state": "pending", "resultImageId": None, "resultUrl": None},
        parameters=_PATH,
    )
    def post(self, request: Request, job_id: str) -> Response:
        return Response(self.shown(jobs.retry(self.job(job_id))), status=202)
