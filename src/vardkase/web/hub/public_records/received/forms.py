"""Forms for the received register."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.law.queries import provisions
from vardkase.hub.public_records.received.authorities import LONGEST_REASON

LONGEST = 200
DIRECTIONS = (
    ("", _("Received and published by us")),
    ("received", _("Received from others")),
    ("own", _("Published by us")),
)


class RegisterForm(forms.Form):
    text = forms.CharField(label=_("Text in the title"), max_length=LONGEST, required=False)
    publisher = forms.CharField(label=_("Publisher"), max_length=LONGEST, required=False)
    first = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    direction = forms.ChoiceField(label=_("Show"), choices=DIRECTIONS, required=False)

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\0", "")

    def clean_publisher(self) -> str:
        return str(self.cleaned_data["publisher"]).replace("\0", "")


class AuthorityForm(forms.Form):
    is_authority = forms.TypedChoiceField(
        label=_("Is the member an authority?"),
        choices=((1, _("Yes")), (0, _("No"))),
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        help_text=_(
            "For a company, association or foundation: do municipalities or regions exercise legally "
            "decisive influence?"
        ),
    )
    provision = forms.ChoiceField(label=_("Provision"))
    reason = forms.CharField(
        label=_("Reasons"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        cited = [(key, provision.title) for key, provision in provisions().items()]
        self.fields["provision"] = forms.ChoiceField(label=self.fields["provision"].label, choices=cited)
