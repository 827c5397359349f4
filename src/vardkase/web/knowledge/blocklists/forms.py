"""Forms of blocklist entries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.knowledge.blocklists.services import LONGEST_ORGC
from vardkase.misp.fields import UUID
from vardkase.web.knowledge.blocklists.labels import BlocklistWords
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms.fields import LinesField

MOST_ADDED = 1_000
ERRORS_SHOWN = 10


class EntryForm(forms.Form):
    info = forms.CharField(required=False, max_length=65_535)
    orgc = forms.CharField(label=_("Creator"), required=False, max_length=LONGEST_ORGC)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=65_535,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say why it is blocked."),
    )

    def __init__(self, data: Any, *, words: BlocklistWords, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial or {})
        self.fields["info"].label = words.info  # type: ignore[assignment]
        if not words.has_creator:
            del self.fields["orgc"]


class NewEntriesForm(EntryForm):
    uuids = LinesField(label=_("UUIDs"), help_text=_("One per line, at most 1,000."), max_length=100_000)
    field_order = ("uuids",)

    def clean_uuids(self) -> list[str]:
        uuids: list[str] = self.cleaned_data["uuids"]
        if not uuids:
            raise forms.ValidationError(gettext("Enter a UUID."))
        if len(uuids) > MOST_ADDED:
            raise forms.ValidationError(gettext("Add at most 1,000 UUIDs at a time."))
        wrong = [line for line in uuids if not UUID.fullmatch(line.lower())]
        errors = [
            gettext("“%(text)s” is not a UUID.") % {"text": line[:100]} for line in wrong[:ERRORS_SHOWN]
        ]
        if (more := len(wrong) - ERRORS_SHOWN) > 0:
            rest = ngettext("%(n)s more line is not a UUID.", "%(n)s more lines are not UUIDs.", more)
            errors.append(rest % {"n": thin(more)})
        if errors:
            raise forms.ValidationError(errors)
        return uuids
