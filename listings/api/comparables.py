"""``/listings/comparables``: sold items, from which prices are made."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.api.idempotency import idempotent, new_id
from accounts.currencies import CODES
from accounts.http import caller
from config.api.docs import PAGING, endpoint, page_example, page_schema, path_id
from config.api.fields import PublicIdField, filter_text
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.serializers import PageQuery, StrictSerializer
from config.api.views import ApiView
from config.errors import AppError, invalid
from listings.api import generate_examples as examples
from listings.models import Comparable, ComparableImport, Condition
from listings.models.comparables import TITLE_LENGTH
from listings.pricing import comparables
from listings.pricing.comparables import ImportComparables
from listings.pricing.tables import MAX_ROWS
from listings.vocabulary import texts
from media_library.intake.uploads import UploadView, sent_name
from processing.api import waiting
from processing.models import Job


class ComparableSerializer(serializers.ModelSerializer[Comparable]):
    id = PublicIdField("cmp", read_only=True)
    categoryKey = serializers.CharField(
        source="category_key",
        help_text="The category used to look up prices; empty if unknown.",
    )
    condition = serializers.ChoiceField(choices=Condition.choices, allow_blank=True)
    soldOn = serializers.DateField(source="sold_on")
    importId = PublicIdField("cimp", source="imported_id", read_only=True)

    class Meta:
        model = Comparable
        fields = [
            *("id", "title", "brand", "category", "categoryKey", "condition", "price", "currency"),
            *("soldOn", "importId"),
        ]


class ImportErrorSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    column = serializers.CharField()
    message = serializers.CharField()


class ImportReportSerializer(serializers.Serializer[Any]):
    encoding = serializers.CharField()
    separator = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.IntegerField()
    imported = serializers.IntegerField()
    alreadyThere = serializers.IntegerField(
        help_text="Rows that an earlier import already contained."
    )
    skipped = serializers.IntegerField(help_text="The number of rows with errors.")
    errors = ImportErrorSerializer(many=True, help_text="Errors of the first 50 faulty rows.")  # type: ignore[assignment]
    unknownConditions = serializers.ListField(child=serializers.CharField())
    refused = serializers.BooleanField()


class ImportSerializer(serializers.ModelSerializer[ComparableImport]):
    id = PublicIdField("cimp", read_only=True)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    report = ImportReportSerializer()

    class Meta:
        model = ComparableImport
        fields = ["id", "name", "createdAt", "report"]


class PendingImport(serializers.Serializer[Any]):
    jobId = serializers.CharField()


class ImportForm(StrictSerializer):
    file = serializers.FileField(
        help_text="CSV in any common encoding and with any common separator."
    )
    onError = serializers.ChoiceField(
        choices=["refuse", "skip"],
        default="refuse",
        source="on_error",
        help_text="If rows have errors: import nothing, or import all other rows.",
    )
    currency = serializers.ChoiceField(
        choices=CODES,
        required=False,
        help_text="For rows without a currency. The account's currency if omitted.",
    )
    dateOrder = serializers.ChoiceField(
        choices=["day-first", "month-first"],
        required=False,
        source="date_order",
        help_text="How to read 5/6/2026 if the table itself doesn't make it clear.",
    )


class ComparableQuery(PageQuery):
    search = filter_text(TITLE_LENGTH, "Part of the title.")


class ComparablesView(ApiView):
    """What these views share."""

    scope = {
        **dict.fromkeys(["GET", "HEAD"], scopes.LISTINGS_READ),
        **dict.fromkeys(["POST", "DELETE"], scopes.LISTINGS_WRITE),
    }


class Comparables(ComparablesView):
    @endpoint(
        "List sold items",
        description=(
            "Sold items from imported tables, newest first. Your own sold listings also count "
            "for prices but are not repeated here."
        ),
        responses={200: page_schema(ComparableSerializer)},
        example=page_example(examples.COMPARABLE),
        operation_id="comparables_list",
        parameters=[ComparableQuery],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ComparableQuery)
        rows = comparables.comparables_of(caller(request).account, search=asked["search"])
        return Response(page_of(rows, asked, serializer=ComparableSerializer))


class OneComparable(ComparablesView):
    @endpoint(
        "Delete a sold item",
        responses={200: None},
        operation_id="comparables_delete",
        parameters=[path_id("comparable_id", "cmp")],
    )
    def delete(self, request: Request, comparable_id: str) -> Response:
        comparables.remove(caller(request).account, decoded("cmp", comparable_id, "Comparable"))
        return Response(None)


class ImportView(UploadView, ComparablesView):
    parser_classes = [MultiPartParser]
    max_files = 1
    rate_group = {"POST": "upload"}

    def again(self, request: Request, object_id: UUID) -> Response:
        return _answer(waiting.repeated_job(request, object_id))

    @endpoint(
        "Import sold items",
        description=(
            f"A CSV table with a header and at most {MAX_ROWS:,} rows: title, price and date, "
            "and optionally brand, category, condition and currency, in any order, with common "
            "column names in English and some other languages. A row that was imported before is "
            "not imported again. Rows with errors are reported by line and column; with "
            "`onError=refuse` nothing is imported in that case. Formulas are read as plain text. "
            "The request waits for its job up to a limit: 201, or 202 with a `jobId` to poll at "
            f"`/jobs/{{id}}`."
        ),
        request={"multipart/form-data": ImportForm},
        responses={201: ImportSerializer, 202: PendingImport},
        example=examples.IMPORTED,
        body_example={"file": "sold-2026.csv", "onError": "skip"},
        operation_id="comparables_import",
    )
    @idempotent("job")
    def post(self, request: Request) -> Response:
        form = self.read(ImportForm)
        file: UploadedFile[Any] = form.pop("file")
        command = ImportComparables(name=texts.one_line(sent_name(file))[:200] or "table", **form)
        job = comparables.start_import(
            caller(request),
            file.read(),
            command,
            seconds=waiting.seconds_to_wait(request),
            job_id=new_id(request),
        )
        return _answer(job)


class Imports(ComparablesView):
    @endpoint(
        "List imported tables",
        responses={200: page_schema(ImportSerializer)},
        example=page_example(examples.IMPORTED),
        operation_id="comparable_imports_list",
        parameters=PAGING,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(PageQuery)
        rows = comparables.imports_of(caller(request).account)
        return Response(page_of(rows, asked, serializer=ImportSerializer))


class OneImport(ComparablesView):
    @endpoint(
        "Delete an imported table",
        description="Also deletes all sold items that it contained.",
        responses={200: None},
        operation_id="comparable_imports_delete",
        parameters=[path_id("import_id", "cimp")],
    )
    def delete(self, request: Request, import_id: str) -> Response:
        account = caller(request).account
        comparables.import_for(account, decoded("cimp", import_id, "Import")).delete()
        return Response(None)


def _answer(job: Job) -> Response:
    """Raises AppError for a job that failed or was cancelled, and for a table that was refused."""
    waiting.raise_for_failure(job)
    if not job.ended:
        return Response({"jobId": job.public_id}, status=202)
    if job.report["refused"]:
        raise _refusal(job.report)
    made = comparables.import_for(job.account, job.pk)
    return Response(ImportSerializer(made).data, status=201)


def _refusal(report: dict[str, Any]) -> AppError:
    """Nothing was imported, and why."""
    if not report["rows"]:
        return invalid("file", "The table has no rows.")
    told = [f"Line {x['line']}, {x['column']}: {x['message']}" for x in report["errors"]]
    count = report["skipped"]
    if count > len({one["line"] for one in report["errors"]}):
        told.append(f"… and so on: {count} rows in total.")
    rows = "1 row is" if count == 1 else f"{count} rows are"
    message = (
        f"{rows} invalid, so nothing was imported. Correct the table, or send it with "
        "onError=skip to leave them out."
    )
    return AppError("VALIDATION_ERROR", message, status=400, fields={"file": told})
