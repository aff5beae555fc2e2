"""The same change to many listings, as people choose it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.forms import words
from listings.forms.fields import CategoryField, PriceField, WordsField, line
from listings.services.bulk import BulkChange

_SAME: tuple[str, object] = ("", _("Leave as it is"))


class BulkForm(forms.Form):
    """What is left empty stays as it is in each listing."""

    condition = forms.ChoiceField(
        label=_("Condition"), choices=[_SAME, *words.CONDITIONS.items()], required=False
    )
    category = CategoryField(required=False)
    brand = line(_("Brand"))
    size = line(_("Size"))
    price_percent = forms.DecimalField(
        label=_("Change prices by %"),
        min_value=-95,
        max_value=1000,
        max_digits=6,
        decimal_places=2,
        required=False,
    )
    add_tags = WordsField(label=_("Add tags"), longest=60, most=50)
    remove_tags = WordsField(label=_("Remove tags"), longest=60, most=50)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["price"] = PriceField(label=_("Set the price"), currency=currency)
        self.order_fields(["condition", "category", "brand", "size", "price", "price_percent"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("price") is not None and cleaned.get("price_percent") is not None:
            self.add_error("price_percent", _("Set the price or change it, not both."))
        if not self.errors and not any(value not in (None, "", []) for value in cleaned.values()):
            raise forms.ValidationError(_("Fill in at least one field."))
        return cleaned

    def change(self) -> BulkChange:
        given = self.cleaned_data
        names = ("condition", "category", "brand", "size", "price")
        return BulkChange(
            fields={name: given[name] for name in names if given[name] not in (None, "")},
            add_tags=given["add_tags"],
            remove_tags=given["remove_tags"],
            price_percent=given["price_percent"],
        )
