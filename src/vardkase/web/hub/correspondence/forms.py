"""Forms for texts of mail and letters, and for an officer's signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.core.mail.kinds import MailKind
from vardkase.hub.correspondence.letters.correcting import LONGEST as LONGEST_CORRECTION
from vardkase.hub.correspondence.letters.delivery import LONGEST as LONGEST_NOTE
from vardkase.hub.correspondence.letters.service import BY_HAND, LONGEST_PERSON
from vardkase.hub.correspondence.letters.signatures import LONGEST
from vardkase.hub.correspondence.models import DeliveredHow, ServedHow
from vardkase.hub.correspondence.templates import LONGEST_BODY, LONGEST_SUBJECT
from vardkase.identity.accounts.four_eyes.services import LONGEST as LONGEST_REASON
from vardkase.web.ui.forms.fields import day_field


class TextForm(forms.Form):
    subject = forms.CharField(label=_("Subject or heading"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label=_("Text (Markdown)"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_(
            "Placeholders in braces are filled in automatically. A blank line starts a new paragraph, ## "
            "a heading."
        ),
    )
    reason = forms.CharField(
        label=_("Reason for changing the text"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, kind: MailKind, needs_reason: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = needs_reason
        self.fields["body"].required = not kind.is_section


class SignatureForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=LONGEST)
    title_sv = forms.CharField(
        label=_("Title in Swedish"), max_length=LONGEST, help_text=_("For example: handläggare.")
    )
    title_en = forms.CharField(
        label=_("Title in English"), max_length=LONGEST, help_text=_("For example: officer.")
    )


class DeliveryForm(forms.Form):
    how = forms.ChoiceField(label=_("Delivery method"), choices=DeliveredHow.choices)
    on = forms.DateField(
        label=_("Delivered on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )


class ServiceForm(forms.Form):
    how = forms.ChoiceField(
        label=_("How it was served"), choices=[(how, ServedHow(how).label) for how in BY_HAND]
    )
    on = day_field(label=_("Served on"))
    person = forms.CharField(label=_("To whom"), max_length=LONGEST_PERSON)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )


class CorrectionForm(forms.Form):
    """The texts of a letter, as fields of the names that they have in it."""

    def __init__(self, kind: MailKind, texts: Mapping[str, str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, text in texts.items():
            if name in kind.variables:
                self.fields[name] = forms.CharField(
                    label=kind.variables[name].description,
                    initial=text,
                    required=False,
                    max_length=LONGEST_CORRECTION,
                    widget=forms.Textarea(attrs={"rows": min(6, 1 + len(text) // 80)}),
                )
        self.fields["why"] = forms.CharField(
            label=_("What was wrong"),
            help_text=_("For the case. The letter itself says what was corrected."),
            max_length=LONGEST_CORRECTION,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
