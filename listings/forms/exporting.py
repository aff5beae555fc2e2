"""Choosing a file for a marketplace, and what its format asks for besides."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.exports import ExportRequest, Format, all_formats, options
from listings.forms import words
from listings.models import ListingState
from listings.vocabulary.texts import is_address

NO_FILE: Final = "none"
PLACEHOLDERS: Final = ("{id}", "{sku}", "{handle}")
_FORMATS: Final = {
    "ebay": _("eBay (CSV)"),
    "ebayDrafts": _("eBay drafts (CSV)"),
    "shopify": _("Shopify (CSV)"),
    "google": _("Google Merchant Center (TSV)"),
    "meta": _("Facebook and Instagram (CSV)"),
    "csv": _("Spreadsheet (CSV)"),
    "json": _("For programs (JSON)"),
}
_OPTIONS: Final = {
    "action": _("What eBay does with the file"),
    "country": _("eBay site"),
    "location": _("Where items are sent from"),
    "dispatch_days": _("Days until dispatch"),
    "returns_accepted": _("Returns accepted"),
    "shipping_profile": _("Shipping policy"),
    "return_profile": _("Return policy"),
    "payment_profile": _("Payment policy"),
    "category": _("Category number, where none is known"),
    "currency": _("The shop’s currency"),
    "columns": _("Columns"),
}


def format_name(name: str) -> Any:
    """What people call a kind of file; a new format has its own name until it is told here."""
    return _FORMATS.get(name, name)


def _formats() -> list[tuple[str, Any]]:
    files = [(name, format_name(name)) for name in all_formats()]
    return [*files, (NO_FILE, _("No file, the ZIP only"))]


class FileForm(forms.Form):
    """A kind of file, and whether the words and pictures come as a ZIP as well."""

    format = forms.ChoiceField(label=_("File"), choices=_formats, initial="ebay")
    zip_for = forms.ChoiceField(
        label=_("ZIP of words and pictures"),
        choices=[("", _("No ZIP")), *words.PLATFORMS.items()],
        required=False,
    )
    link = forms.CharField(
        label=_("Address of a listing’s page"),
        max_length=500,
        required=False,
        help_text=_("For Google and Facebook. With {id}, {sku} or {handle} in it."),
    )

    without_pictures = forms.BooleanField(
        label=_("Leave out links to pictures"),
        required=False,
        help_text=_("For a site that can’t be reached from outside."),
    )

    def clean_link(self) -> str:
        link: str = self.cleaned_data["link"]
        if link and not (is_address(link) and any(name in link for name in PLACEHOLDERS)):
            raise forms.ValidationError(
                _(
                    "Write an address that begins with https:// and has {id}, {sku} or {handle} in it."
                )
            )
        return link

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("format") == NO_FILE and not cleaned.get("zip_for"):
            self.add_error("zip_for", _("Choose a file, or whom the ZIP is for."))
        return cleaned

    @property
    def chosen(self) -> Format | None:
        return all_formats().get(self.cleaned_data["format"])

    def request(self) -> ExportRequest | None:
        """The file in its usual form; None for the ZIP alone."""
        chosen = self.chosen
        if chosen is None:
            return None
        return ExportRequest(
            chosen,
            chosen.options(),
            link=self.link_for(chosen),
            picture_links=not self.cleaned_data["without_pictures"],
        )

    def link_for(self, chosen: Format) -> str:
        """The address, where the file has a place for it."""
        link: str = self.cleaned_data["link"] if "link" in chosen.requires else ""
        return link


class ExportForm(FileForm):
    """The same with every option: those of other formats than the chosen one are not looked at."""

    state = forms.ChoiceField(
        label=_("Which listings"),
        choices=[
            ("", _("All that are ready or listed")),
            *((state, words.STATES[state]) for state in ListingState.values),
        ],
        required=False,
    )
    platform = forms.ChoiceField(
        label=_("Whose words and pictures"),
        choices=[("", _("Your own")), *words.PLATFORMS.items()],
        required=False,
        help_text=_("For a spreadsheet or for programs."),
    )
    link_days = forms.IntegerField(
        label=_("Days that links to pictures work"), min_value=1, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for format in all_formats().values():
            for name, kind in options.kinds_of(format.options).items():
                self.fields[f"{format.name}_{name}"] = _field(format, name, kind)

    @property
    def more(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The options that formats have of their own, by the format's name."""
        return [
            (
                format_name(format.name),
                [self[f"{format.name}_{name}"] for name in options.kinds_of(format.options)],
            )
            for format in all_formats().values()
            if options.kinds_of(format.options)
        ]

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen of the format's own options; empty ones are as the format has them."""
        if self.chosen is None:
            return {}
        given = {
            name: self.cleaned_data.get(f"{self.chosen.name}_{name}")
            for name in options.kinds_of(self.chosen.options)
        }
        return {name: value for name, value in given.items() if value not in (None, "")}

    def request(self) -> ExportRequest | None:
        """Raises AppError for an option that the format refuses."""
        chosen = self.chosen
        if chosen is None:
            return None
        platform = self.cleaned_data["platform"] if chosen.platform is None else ""
        return ExportRequest(
            chosen,
            chosen.options(**self.options),
            platform=platform or None,
            link=self.link_for(chosen),
            picture_links=not self.cleaned_data["without_pictures"],
            link_days=self.cleaned_data["link_days"],
        )


def _field(format: Format, name: str, kind: options.Kind) -> forms.Field:
    label = _OPTIONS.get(name, name)
    initial = getattr(format.options(), name)
    match kind:
        case options.Text(max_length):
            return forms.CharField(
                label=label, max_length=max_length, required=False, initial=initial
            )
        case options.WholeNumber(low, high):
            return forms.IntegerField(
                label=label, min_value=low, max_value=high, required=False, initial=initial
            )
        case options.Flag():
            return forms.BooleanField(label=label, required=False, initial=initial)
        case options.Choice(values):
            choices = [("", _("By the currency")), *((one, one) for one in values)]
            return forms.ChoiceField(
                label=label,
                choices=choices if initial is None else choices[1:],
                required=False,
                initial=initial,
            )
