"""Forms for customer service: requests, answers, announcements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from vardkase.hub.customer_service.becoming_case import Becomes
from vardkase.hub.customer_service.models import AnnouncementKind, RequestKind, SupportMessage
from vardkase.hub.customer_service.services import LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TEXT
from vardkase.hub.data_protection.requests.models import DataSubjectRight
from vardkase.web.ui.display import short_time


class SupportRequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is it about?"), choices=RequestKind.choices, widget=forms.RadioSelect
    )
    subject = forms.CharField(label=_("Heading"), max_length=LONGEST_SUBJECT)
    text = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Do not include anything you have shared on the hub, or any classified information. A link to an "
            "event is enough."
        ),
    )


class VisitorForm(SupportRequestForm):
    name = forms.CharField(label=_("Your name and organisation"), max_length=LONGEST_NAME, required=False)
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=255,
        help_text=_("We send a confirmation to this address, with a link for following the request."),
    )
    field_order = ("kind", "subject", "text", "name", "email")


class SupportMessageForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )


class RouteForm(forms.Form):
    kind = forms.ChoiceField(label=_("Type"), choices=RequestKind.choices)
    subject = forms.CharField(
        label=_("New heading"),
        max_length=LONGEST_SUBJECT,
        required=False,
        help_text=_(
            "Required when the request is passed to the platform operator, who may not read content. "
            "Otherwise optional."
        ),
    )


class BecomesCaseForm(forms.Form):
    kind = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    message = forms.ChoiceField(
        label=_("Which message is it?"), help_text=_("It counts as received on the day of this message.")
    )
    rights = forms.MultipleChoiceField(
        label=_("What the data subject asks for"),
        choices=DataSubjectRight.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for a request from a data subject."),
    )
    decision = forms.CharField(
        label=_("Decision that is appealed"),
        max_length=40,
        required=False,
        help_text=_("Only for an appeal. The number of the decision or of its case, such as M-2026-00012:2."),
    )

    def __init__(
        self, kinds: list[Becomes], said: Sequence[SupportMessage], *arguments: Any, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, each.label) for each in kinds]
        message: Any = self.fields["message"]
        message.choices = [
            (each.pk, f"{short_time(each.created)}: {Truncator(each.text).chars(80)}") for each in said
        ]


class AnnouncementForm(forms.Form):
    kind = forms.ChoiceField(label=_("Type"), choices=AnnouncementKind.choices, widget=forms.RadioSelect)
    title_sv = forms.CharField(label=_("Heading in Swedish"), max_length=200)
    text_sv = forms.CharField(
        label=_("Text in Swedish"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    title_en = forms.CharField(label=_("Heading in English"), max_length=200)
    text_en = forms.CharField(
        label=_("Text in English"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    begins = forms.DateTimeField(
        label=_("Starts"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Leave empty if not yet known."),
    )
    mail = forms.BooleanField(label=_("Notify the administrators of all members by e-mail"), required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("begins", "ends"):
            self.fields[name].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]  # type: ignore[attr-defined]
