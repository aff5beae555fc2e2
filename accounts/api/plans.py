"""``/account/plan``: the plan, what comes next, what others there are, and asking for one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from accounts.api import examples
from accounts.api.idempotency import idempotent, new_id
from accounts.billing import changes, providers, requests
from accounts.http import caller
from accounts.models import (
    ChangeReason,
    Plan,
    PlanChange,
    PlanRequest,
    RequestState,
    Role,
)
from config.api.docs import endpoint
from config.api.fields import PublicIdField, Text
from config.api.serializers import StrictSerializer
from config.api.views import ApiView


class OfferSerializer(serializers.Serializer[Plan]):
    """A plan that the site has."""

    slug = serializers.CharField()
    name = serializers.CharField()
    price = serializers.SerializerMethodField(help_text="In words; empty where it isn't told.")
    monthly = serializers.SerializerMethodField(help_text="How often a month, by operation.")
    batchSize = serializers.IntegerField(source="batch_size")
    referenceImages = serializers.IntegerField(source="resources")

    def get_price(self, plan: Plan) -> str:
        return providers.chosen().price(plan)

    def get_monthly(self, plan: Plan) -> dict[str, int]:
        return {limit.operation: limit.monthly for limit in plan.limits.all()}


class PlannedSerializer(serializers.Serializer[PlanChange]):
    plan = serializers.CharField(source="after_name", help_text="Its name.")
    at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=ChangeReason.choices)


class GraceSerializer(serializers.Serializer[PlanChange]):
    """What an earlier, larger plan gave stays readable for a while."""

    plan = serializers.CharField(source="before_name", help_text="The name of the earlier plan.")
    until = serializers.DateField(source="grace_until", help_text="The last day (UTC).")


class PlanRequestSerializer(serializers.Serializer[PlanRequest]):
    id = PublicIdField("preq")
    plan = serializers.CharField(source="plan_name", help_text="The name of the plan asked for.")
    note = serializers.CharField(source="words")
    state = serializers.ChoiceField(choices=RequestState.choices)
    answer = serializers.CharField(help_text="Why it was declined.")
    createdAt = serializers.DateTimeField(source="created_at")
    decidedAt = serializers.DateTimeField(source="decided_at", allow_null=True)


class AccountPlanSerializer(serializers.Serializer[Any]):
    plan = OfferSerializer()
    planned = PlannedSerializer(allow_null=True)
    grace = GraceSerializer(allow_null=True)
    request = PlanRequestSerializer(allow_null=True, help_text="The newest one.")
    provider = serializers.CharField(help_text="Who decides: with `manual` the site's staff.")
    howToChange = serializers.CharField()
    plans = OfferSerializer(many=True, help_text="All that the site has, the smallest first.")


class NewPlanRequest(StrictSerializer):
    plan = Text(max_length=40, help_text="The plan's `slug`.")
    note = Text(
        max_length=500, default="", allow_blank=True, help_text="Anything that staff should know."
    )


class PlanView(ApiView):
    scope = scopes.ACCOUNT_READ

    @endpoint(
        "Get the plan",
        description="The account's plan, what is planned or asked for, and the plans that there are.",
        responses={200: AccountPlanSerializer},
        example=examples.ACCOUNT_PLAN,
        operation_id="account_plan",
    )
    def get(self, request: Request) -> Response:
        account = caller(request).account
        provider = providers.chosen()
        plans = list(Plan.objects.prefetch_related("limits"))
        standing = changes.standing_of(account)
        told = {
            "plan": next(plan for plan in plans if plan.pk == account.plan_id),
            "planned": standing.planned,
            "grace": standing.grace,
            "request": requests.last_of(account),
            "provider": provider.name,
            "howToChange": provider.how_to_change(),
            "plans": plans,
        }
        return Response(AccountPlanSerializer(told).data)


class PlanRequestView(ApiView):
    """Asking for another plan: for people who own the account, and for no key."""

    role = Role.OWNER

    def again(self, request: Request, object_id: UUID) -> Response:
        return _shown(requests.request_for(caller(request).account, object_id), status=201)

    @endpoint(
        "Ask for another plan",
        description=(
            "Who decides is up to the site: `provider` and `howToChange` of `GET /account/plan` say it. "
            "409 CONFLICT where something is asked for already."
        ),
        request=NewPlanRequest,
        responses={201: PlanRequestSerializer},
        example=examples.PLAN_REQUEST,
        body_example={"plan": "pro", "note": "400 photos a week from May on."},
        operation_id="account_plan_request",
    )
    @idempotent("plan request")
    def post(self, request: Request) -> Response:
        given, who = self.read(NewPlanRequest), caller(request)
        plan = requests.wanted(who.account, given["plan"])
        user = who.user
        assert user is not None  # noqa: S101 - no key gets here
        made = providers.chosen().start_change(
            who.account, plan, user=user, words=given["note"], pk=new_id(request)
        )
        return _shown(made, status=201)

    @endpoint(
        "Take back what was asked for",
        description="404 NOT_FOUND where nothing is, 409 CONFLICT where it was decided just now.",
        responses={200: PlanRequestSerializer},
        example=examples.PLAN_REQUEST | {"state": "withdrawn", "decidedAt": "2027-03-01T10:00:00Z"},
        operation_id="account_plan_request_withdraw",
    )
    def delete(self, request: Request) -> Response:
        asked = requests.open_of(caller(request).account)
        providers.chosen().cancel(asked)
        return _shown(asked)


def _shown(row: PlanRequest, *, status: int = 200) -> Response:
    return Response(dict(PlanRequestSerializer(row).data), status=status)
