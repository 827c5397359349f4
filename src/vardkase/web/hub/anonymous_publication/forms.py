"""Forms for anonymous publication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.anonymous_publication.documents import FOR_ALL
from vardkase.hub.anonymous_publication.recovery_codes import LONGEST
from vardkase.web.ui.chips import REACHES

LARGEST_TEXT = 2 * 1024 * 1024
PLAIN = {"spellcheck": "false", "autocomplete": "off"}


class ComposeForm(forms.Form):
    """One of an own event, a pasted document and a file; `code`: of the publication that it corrects."""

    event = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    code = forms.CharField(max_length=LONGEST, required=False, widget=forms.HiddenInput)
    document = forms.CharField(
        label=_("Event in MISP’s JSON format"),
        required=False,
        max_length=LARGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, **PLAIN}),
        help_text=_(
            "As MISP exports it. An event that has never been on this hub gives away less than one that is."
        ),
    )
    file = forms.FileField(label=_("Or a file with it"), required=False, help_text=_("At most 2 MB."))
    distribution = forms.TypedChoiceField(
        label=_("Who should see this?"),
        coerce=int,
        choices=lambda: [(int(level), REACHES[level]) for level in FOR_ALL],
        initial=int(FOR_ALL[0]),
    )
    keeps_times = forms.BooleanField(
        label=_("Keep the event’s date, and when values were first and last seen"),
        required=False,
        help_text=_("Times may show whose incident it was. Without this they are removed."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [name for name in ("event", "document", "file") if cleaned.get(name)]
        if len(given) != 1 and not self.errors:
            raise forms.ValidationError(gettext("Paste one event, or choose one file."))
        return cleaned


class SubmitForm(forms.Form):
    """`event`: of which it is a copy; `code`: that the publication will have, or has if it is corrected."""

    event = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    document = forms.CharField(max_length=LARGEST_TEXT, strip=False, widget=forms.HiddenInput)
    distribution = forms.TypedChoiceField(
        coerce=int, choices=lambda: [(int(level), str(level)) for level in FOR_ALL], widget=forms.HiddenInput
    )
    keeps_times = forms.BooleanField(required=False, widget=forms.HiddenInput)
    corrects = forms.BooleanField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(max_length=LONGEST, widget=forms.HiddenInput)
    consents = forms.BooleanField(
        label=_("Publish it even though so few members could have published it"), required=False
    )
    confirms_tlp = forms.BooleanField(
        label=_("Publish it even if its TLP label is stricter than its distribution"), required=False
    )


class RecoveryCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=_("It begins with AGE-SECRET-KEY-1."),
    )
