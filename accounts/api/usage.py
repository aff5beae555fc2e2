"""What was used: `/api/v1/usage`, by day at `/api/v1/usage/days`, and as CSV."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.api import examples
from accounts.api.serializers import UsageSerializer
from accounts.http import caller
from accounts.limits import quotas, usage_days
from config.api.docs import endpoint
from config.api.downloads import download
from config.api.serializers import StrictSerializer
from config.api.views import ApiView

CSV: Final = "text/csv"
_MOST_DAYS: Final = 366


class DaysQuery(StrictSerializer):
    """`from` is a word of Python's, so the fields are declared by name."""

    def get_fields(self) -> dict[str, Any]:
        return {
            "from": serializers.DateField(
                required=False, help_text="The first day (UTC); 29 days before the last without it."
            ),
            "to": serializers.DateField(
                required=False, help_text="The last day; today without it."
            ),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = timezone.now().date()
        last = attrs.get("to", today)
        first = attrs.get("from", last - timedelta(days=usage_days.DAYS - 1))
        if first > last:
            raise serializers.ValidationError({"from": ["It is after `to`."]})
        return {"first": first, "last": last}


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    operation = serializers.CharField()
    used = serializers.IntegerField(
        help_text="Includes jobs in progress; what was given back is not."
    )


class DaysSerializer(serializers.Serializer[Any]):
    items = DaySerializer(many=True)


class UsageView(ApiView):
    scope = scopes.ACCOUNT_READ

    @endpoint("Get this month's quotas", responses={200: UsageSerializer}, example=examples.USAGE)
    def get(self, request: Request) -> Response:
        account = caller(request).account
        answer = {
            "plan": account.plan,
            "month": quotas.month_of(timezone.now()),
            "quotas": quotas.overview(account),
        }
        return Response(UsageSerializer(answer).data)


class UsageDaysView(ApiView):
    scope = scopes.ACCOUNT_READ

    @endpoint(
        "Get usage by day",
        description=(
            "How often each operation was used on each day (UTC); days without any use are left "
            f"out. At most {_MOST_DAYS} days at once: `/usage/days/csv` takes more."
        ),
        responses={200: DaysSerializer},
        parameters=[DaysQuery],
        example={"items": [examples.USAGE_DAY]},
    )
    def get(self, request: Request) -> Response:
        first, last = _span(self)
        if (last - first).days >= _MOST_DAYS:
            message = f"Ask for at most {_MOST_DAYS} days at once."
            raise serializers.ValidationError({"from": [message]})
        found = usage_days.rows(caller(request).account.pk, first, last)
        items = [{"day": day, "operation": name, "used": used} for day, name, used in found]
        return Response(DaysSerializer({"items": items}).data)


class UsageCsvView(ApiView):
    scope = scopes.ACCOUNT_READ

    @endpoint(
        "Download usage by day",
        description=(
            "The columns `day`, `operation` and `used`. It is sent while it is read, so it may be "
            "as long as you like."
        ),
        responses={(200, CSV): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")},
        parameters=[DaysQuery],
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        first, last = _span(self)
        pieces = usage_days.as_csv(caller(request).account.pk, first, last)
        return download(request, pieces, name=name_of(first, last), media_type=CSV)


def name_of(first: date, last: date) -> str:
    return f"usage-{first}-{last}.csv"


def _span(view: ApiView) -> tuple[date, date]:
    asked = view.read_query(DaysQuery)
    return asked["first"], asked["last"]
