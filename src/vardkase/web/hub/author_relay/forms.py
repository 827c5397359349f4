"""Forms of messages to authors."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.anonymous_publication.recovery_codes import LONGEST as LONGEST_CODE
from vardkase.hub.author_relay.asking import ASKED
from vardkase.hub.author_relay.sizes import LONGEST


class AskAuthorForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is your message?"),
        choices=[(kind.value, kind.label) for kind in ASKED],
        widget=forms.RadioSelect,
        initial=ASKED[0].value,
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "The author is not told who asks. Ask for nothing that could only be answered by saying who they are."
        ),
    )


class MessagesCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("It begins with AGE-SECRET-KEY-1."),
    )


class AuthorAnswerForm(forms.Form):
    code = forms.CharField(max_length=LONGEST_CODE, widget=forms.HiddenInput)
    message = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "Write nothing that says who you are: no names, places, systems, or words that only you use."
        ),
    )
