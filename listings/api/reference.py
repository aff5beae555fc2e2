"""What listings are made of: categories, and the marketplaces' rules with whose word they are."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import scopes
from config.api.docs import endpoint
from config.api.views import ApiView
from listings import marketplaces, vocabulary
from listings.api.check_examples import SOURCE
from listings.api.checks import SourceSerializer, UncheckedSerializer
from listings.models import Platform


class RuleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.JSONField()
    since = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    source = SourceSerializer()  # type: ignore[assignment]


class MarketplaceSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    name = serializers.CharField()
    rules = RuleSerializer(many=True)
    unchecked = UncheckedSerializer(many=True)


class CategorySerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()


class Marketplaces(ApiView):
    scope = scopes.LISTINGS_READ

    @endpoint(
        "List the marketplaces' rules",
        description="The rules in force today, each with its source and how certain it is.",
        responses={200: MarketplaceSerializer(many=True)},
        example=[
            {
                "platform": "amazon",
                "name": "Amazon",
                "rules": [
                    {
                        "name": "cover_fill_min",
                        "value": 0.85,
                        "since": None,
                        "note": None,
                        "source": SOURCE,
                    }
                ],
                "unchecked": [],
            }
        ],
        operation_id="listings_marketplaces",
    )
    def get(self, request: Request) -> Response:
        today = timezone.now().date()
        shown = [
            {
                "platform": platform.value,
                "name": platform.label,
                "rules": list(marketplaces.rules(platform, today).values()),
                "unchecked": marketplaces.unchecked(platform),
            }
            for platform in Platform
        ]
        return Response(MarketplaceSerializer(shown, many=True).data)


class Categories(ApiView):
    scope = scopes.LISTINGS_READ

    @endpoint(
        "List categories",
        description="The possible values of `category`.",
        responses={200: CategorySerializer(many=True)},
        example=[{"key": "jeans", "name": "jeans", "group": "clothing"}],
        operation_id="listings_categories",
    )
    def get(self, request: Request) -> Response:
        return Response(CategorySerializer(vocabulary.categories().values(), many=True).data)
