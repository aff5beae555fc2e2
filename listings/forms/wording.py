"""The words of a listing, of what one platform gets instead, and saving them beside somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from listings.forms import words
from listings.forms.fields import (
    CategoryField,
    DetailsField,
    PriceField,
    ProseField,
    WordsField,
    line,
)
from listings.models import Listing, ListingVariant
from listings.models.listings import DESCRIPTION_LENGTH, MAX_QUANTITY, TITLE_LENGTH
from listings.vocabulary import texts

WORDS: Final = (
    *("title", "description", "price", "purchase_price", "quantity", "condition", "category"),
    *("brand", "size", "colors", "materials", "tags", "attributes", "sku"),
)
VARIANT_WORDS: Final = (
    *("title", "description", "price", "tags", "category", "attributes", "url", "external_id"),
)


class SharedForm(forms.Form):
    """A form that remembers what it showed, so that two windows never undo each other's changes.

    Each field comes back with what it showed: what differs from that was typed here, and what the
    row holds by now instead was changed elsewhere.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for one in self.fields.values():
            one.show_hidden_initial = True

    @property
    def typed(self) -> dict[str, Any]:
        """What was changed in this window, of a form that is valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def seen(self, name: str) -> Any:
        """What the field showed when the page was made."""
        bound = self[name]
        said = bound.field.hidden_widget().value_from_datadict(
            self.data, self.files, bound.html_initial_name
        )
        return _read(bound.field, said)

    def shows(self, name: str, value: Any) -> Any:
        """What a value would be once the field has shown it: a tag with a comma is two tags then."""
        kind = self.fields[name]
        return _read(kind, kind.prepare_value(value))


class ListingForm(SharedForm):
    title = line(_("Title"), longest=TITLE_LENGTH)
    description = ProseField(label=_("Description"), max_length=DESCRIPTION_LENGTH)
    category = CategoryField(required=False)
    condition = forms.ChoiceField(label=_("Condition"), choices=words.conditions, required=False)
    brand = line(_("Brand"))
    size = line(_("Size"))
    colors = WordsField(label=_("Colors"), longest=40, most=10)
    materials = WordsField(label=_("Materials"), longest=60, most=20)
    tags = WordsField(label=_("Tags"), longest=60, most=50)
    attributes = DetailsField(label=_("More details"))
    sku = line(_("SKU"))
    quantity = forms.IntegerField(
        label=_("Quantity"), min_value=0, max_value=MAX_QUANTITY, required=False
    )

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        price = PriceField(label=_("Price"), currency=currency, show_hidden_initial=True)
        paid = PriceField(label=_("What you paid"), currency=currency, show_hidden_initial=True)
        self.fields |= {"price": price, "purchase_price": paid}
        self.order_fields(WORDS)

    def clean_quantity(self) -> int:
        found = self.cleaned_data["quantity"]
        return 1 if found is None else int(found)

    @staticmethod
    def values_of(listing: Listing) -> dict[str, Any]:
        return {name: getattr(listing, name) for name in WORDS}


class VariantForm(SharedForm):
    """What stays empty is the listing's own, which the field shows faintly."""

    title = line(_("Title"), longest=TITLE_LENGTH)
    description = ProseField(label=_("Description"), max_length=DESCRIPTION_LENGTH)
    tags = WordsField(label=_("Tags"), longest=60, most=50)
    category = line(_("Category there"), longest=200)
    attributes = DetailsField(label=_("More details"))
    url = line(_("Address of the page"), longest=2000)
    external_id = line(_("Number there"))

    def __init__(self, *args: Any, listing: Listing, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["price"] = PriceField(
            label=_("Price"), currency=listing.currency, show_hidden_initial=True
        )
        self.order_fields(VARIANT_WORDS)
        for name in ("title", "description", "price", "tags", "attributes"):
            own = self.fields[name].prepare_value(getattr(listing, name))
            self.fields[name].widget.attrs["placeholder"] = own or ""

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and not texts.is_address(url):
            raise forms.ValidationError(_("Write an address that begins with https://."))
        return url

    @staticmethod
    def values_of(variant: ListingVariant) -> dict[str, Any]:
        values = {name: getattr(variant, name) for name in VARIANT_WORDS}
        return values | {"tags": values["tags"] or []}


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else saved while this form was open. `clashes` were changed here as well."""

    elsewhere: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)


def meanwhile(form: SharedForm, now: Mapping[str, Any]) -> Meanwhile:
    """Compare what a valid form showed, and what was typed into it, with what there is ``now``."""
    typed = form.typed
    shown = {name: form.shows(name, value) for name, value in now.items()}
    elsewhere = [name for name, value in shown.items() if not _same(form.seen(name), value)]
    clashes = [n for n in elsewhere if n in typed and not _same(typed[n], shown[n])]
    return Meanwhile(elsewhere, clashes)


def with_both(form: SharedForm, now: Mapping[str, Any]) -> QueryDict:
    """The form's data for another try: what was typed stays, all else is as it is ``now``."""
    data = QueryDict(mutable=True)
    typed = form.typed
    for name, value in now.items():
        bound = form[name]
        prepared = bound.field.prepare_value(value)
        text = "" if prepared is None else str(prepared)
        data[bound.html_initial_name] = text
        data[bound.html_name] = form.data.get(bound.html_name, "") if name in typed else text
    return data


def _read(kind: forms.Field, said: Any) -> Any:
    """What a field makes of a text; the text itself where it can't be anything."""
    try:
        return kind.to_python(said)
    except forms.ValidationError:
        return said


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in (None, "") and other in (None, ""))
