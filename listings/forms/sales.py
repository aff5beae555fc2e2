"""Importing a table of sold items, and asking what they say about a price."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.currencies import CODES
from listings.forms import words
from listings.forms.fields import CategoryField, line
from listings.pricing.comparables import ImportComparables


class ImportForm(forms.Form):
    file = forms.FileField(label=_("Table (CSV)"))
    currency = forms.ChoiceField(
        label=_("Currency of rows that name none"), choices=[(one, one) for one in CODES]
    )
    date_order = forms.ChoiceField(
        label=_("How to read 5/6/2026"),
        choices=[
            ("", _("As the table shows")),
            ("day-first", _("5 June")),
            ("month-first", _("May 6")),
        ],
        required=False,
    )
    skip = forms.BooleanField(label=_("Leave out rows that can’t be read"), required=False)

    def command(self, name: str) -> ImportComparables:
        given = self.cleaned_data
        return ImportComparables(
            name=name,
            on_error="skip" if given["skip"] else "refuse",
            currency=given["currency"],
            date_order=given["date_order"] or None,
        )


class PriceForm(forms.Form):
    """An item to be priced, as far as it is known."""

    title = line(_("What it is"), longest=200)
    category = CategoryField(required=False)
    brand = line(_("Brand"))
    condition = forms.ChoiceField(label=_("Condition"), choices=words.conditions, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "price_%s"} | options))
