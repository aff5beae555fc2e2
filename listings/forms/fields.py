"""Fields that people type into: amounts, lists of words, details line by line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.currencies import EXPONENTS, amount
from listings.forms import words
from listings.models.listings import MAX_MONEY, SHORT_LENGTH
from listings.pricing import cells
from listings.vocabulary import tree

_MAX_ATTRIBUTES: Final = 50
_MAX_CHOICES: Final = 8
_NAME_LENGTH: Final = 60
_TEXT_LENGTH: Final = 500


class PriceField(forms.CharField):
    """An amount as people write it, in minor units; None where nothing is typed. Its label names the
    currency."""

    def __init__(self, *, currency: str, label: str | Promise, **options: Any) -> None:
        named = format_lazy("{} ({})", label, currency)
        super().__init__(**{"required": False, "max_length": 20, "label": named, **options})
        self.currency = currency
        self.widget.attrs["inputmode"] = "decimal"

    def to_python(self, value: Any) -> Any:
        if isinstance(value, int):
            return value
        text = str(super().to_python(value)).replace("\u00a0", "").replace(" ", "")
        if not text:
            return None
        try:
            decimals = EXPONENTS[self.currency]
            number = Decimal(cells.digits(text, decimals)).scaleb(decimals)
        except (InvalidOperation, cells.BadCell):
            raise ValidationError(_("Write an amount such as 45.00.")) from None
        if not number.is_finite() or number != number.to_integral_value():
            raise ValidationError(_("Write an amount such as 45.00."))
        if not 0 <= number <= MAX_MONEY:
            raise ValidationError(_("The amount is too small or too large."))
        return int(number)

    def prepare_value(self, value: Any) -> Any:
        return amount(value, self.currency) if isinstance(value, int) else value

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Its length is that of the text: a number has none."""


class CategoryField(forms.CharField):
    """The kind of thing that something is, by any of its names; "" where nothing is typed.

    Names are offered while a person types; without JavaScript the field takes them all the same.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": gettext_lazy("Category"), "max_length": 120, **options})
        self.widget.attrs |= {
            "list": "category-names",
            "autocomplete": "off",
            "hx-get": reverse_lazy("category-names"),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "#category-names",
            "hx-sync": "this:replace",
            "hx-params": "category",
        }

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        if not text:
            return ""
        found = words.category_typed(text)
        if not found:
            raise ValidationError(_("We know nothing called “%(text)s”.") % {"text": text})
        if len(found) > 1:
            names = ", ".join(words.category_to_type(one) for one in found[:_MAX_CHOICES])
            raise ValidationError(_("Which of these is it: %(names)s?") % {"names": names})
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        return words.category_to_type(value) if value in tree.categories() else value


class WordsField(forms.CharField):
    """Words with commas between them; an empty list where nothing is typed."""

    def __init__(self, *, longest: int, most: int, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.longest, self.most = longest, most

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        found = [" ".join(word.split()) for word in str(super().to_python(value)).split(",")]
        return [word for word in found if word]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if len(value) > self.most:
            raise ValidationError(_("At most %(most)d, please.") % {"most": self.most})
        if any(len(word) > self.longest for word in value):
            told = _("Each may have at most %(longest)d characters.")
            raise ValidationError(told % {"longest": self.longest})

    def run_validators(self, value: Any) -> None:
        """A list has been checked by then."""


class DetailsField(forms.CharField):
    """Details, one on each line: ``Sleeve: long``."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.widget.attrs["rows"] = 3

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(value)
        found: dict[str, str] = {}
        for line in str(super().to_python(value)).splitlines():
            name, _colon, text = line.partition(":")
            if not line.strip():
                continue
            if not name.strip() or not text.strip():
                told = _(
                    "Write each detail as “Name: text” on a line of its own, unlike “%(line)s”."
                )
                raise ValidationError(told % {"line": line.strip()[:_NAME_LENGTH]})
            found[" ".join(name.split())] = " ".join(text.split())
        return found

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        return value

    def validate(self, value: Any) -> None:
        if len(value) > _MAX_ATTRIBUTES:
            raise ValidationError(_("At most %(most)d details.") % {"most": _MAX_ATTRIBUTES})
        for name, text in value.items():
            if len(name) > _NAME_LENGTH or len(text) > _TEXT_LENGTH:
                raise ValidationError(_("“%(name)s” is too long.") % {"name": name[:_NAME_LENGTH]})

    def run_validators(self, value: Any) -> None:
        """Its lines have been checked by then."""


class ProseField(forms.CharField):
    """A text of several lines, with the line breaks of the site instead of the browser's."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "strip": False, **options})

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


def line(label: Any, *, longest: int = SHORT_LENGTH, **options: Any) -> forms.CharField:
    """One line of text that may stay empty."""
    return forms.CharField(label=label, max_length=longest, required=False, **options)
