"""Forms of the search pages: its filters, and a list to look up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.value_search import AttributeFilters
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.analysis.search.asked import LONGEST
from vardkase.web.ui.forms.filters import DATE, FilterForm

DETECT = [("", _("Any")), ("1", pgettext_lazy("detect", "Yes")), ("0", pgettext_lazy("detect", "No"))]


class AttributeFilterForm(FilterForm):
    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("Any type")), *((name, name) for name in sorted(TYPES))],
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("Any category")), *((name, name) for name in sorted(CATEGORIES))],
    )
    to_ids = forms.ChoiceField(label=_("For detection"), required=False, choices=DETECT)
    since = forms.DateField(label=_("Changed after"), required=False, widget=DATE)
    until = forms.DateField(label=_("Changed before"), required=False, widget=DATE)

    def filters(self) -> AttributeFilters:
        self.is_valid()
        data = self.cleaned_data
        return AttributeFilters(
            type=data.get("type", ""),
            category=data.get("category", ""),
            to_ids={"1": True, "0": False}.get(data.get("to_ids", "")),
            since=data.get("since"),
            until=data.get("until"),
        )


class LookupForm(forms.Form):
    """A list, pasted or as a file; both together are one list. Leaves it in `text`."""

    text = forms.CharField(
        label=_("Values"),
        required=False,
        help_text=_(
            "One per line, or separated by spaces or commas. Defanged values such as evil[.]example are refanged. "
            "Lines that begin with # are skipped."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("Text or CSV. You can drop it on the button."),
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,.tsv,.json,.ioc,text/*"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        text = str(data.get("text", "")) + ("\n" + _decoded(file.read()) if file else "")
        text = text.replace("\0", "").strip()
        if len(text) > LONGEST:
            raise ValidationError(gettext("The list is too long. Look it up in smaller parts."))
        if not text and not self.errors:
            raise ValidationError(gettext("Paste some values, or choose a file."))
        return data | {"text": text}


def _decoded(content: bytes) -> str:
    """Windows saves lists as UTF-16 with a mark, or in its own code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
