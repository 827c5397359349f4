"""Forms for looking up an event by its remote id, and for tags that block events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.exchange.servers.models import Server
from vardkase.web.ui.forms.picker import Choices, Picker


class TranslationForm(forms.Form):
    server = forms.ChoiceField(label=_("Numbered by"), required=False)
    number = forms.CharField(
        label=_("Number of the event"),
        max_length=36,
        help_text=_("For an event on this hub, you can also enter its UUID."),
    )

    def __init__(self, servers: Iterable[Server], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["server"]
        chosen.choices = [("", gettext("This hub")), *((str(server.pk), server.name) for server in servers)]


class BlockRuleForm(forms.Form):
    tags = Picker(
        label=_("Events with any of these tags are not imported"),
        help_text=_(
            "Applies to all sources: users of this hub, programs, feeds and other hubs. Existing "
            "content is kept."
        ),
    )

    def __init__(self, source: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picker: Any = self.fields["tags"]
        picker.source = source
