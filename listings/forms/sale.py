"""A listing was sold: for how much, when, where."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.forms import words
from listings.forms.fields import PriceField
from listings.models import Listing


class SaleForm(forms.Form):
    sold_on_day = forms.DateField(
        label=_("Sold on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    sold_on = forms.ChoiceField(
        label=_("Sold at"), choices=[("", "—"), *words.PLATFORMS.items()], required=False
    )

    def __init__(self, *args: Any, listing: Listing, **options: Any) -> None:
        super().__init__(*args, **options)
        price = PriceField(label=_("Sold for"), currency=listing.currency, initial=listing.price)
        self.fields["sold_price"] = price
        self.fields["sold_on_day"].initial = timezone.now().date()
        self.order_fields(["sold_price", "sold_on_day", "sold_on"])

    def fields_of(self) -> dict[str, Any]:
        """What was said of the sale, as listings.services.listings.SALE has it."""
        given = self.cleaned_data
        said: dict[str, Any] = {"sold_on": given["sold_on"]}
        if given["sold_price"] is not None:
            said["sold_price"] = given["sold_price"]
        day = given["sold_on_day"]
        if day is not None and day != timezone.now().date():
            said["sold_at"] = timezone.make_aware(datetime.combine(day, time(12)))
        return said
