"""What the answers about an event, and about an organisation's own contributions, have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict, NotFound
from vardkase.intel.personal_data.answers import LONGEST_REASON
from vardkase.intel.personal_data.replacing import Replacement
from vardkase.web.intel.editing.common import attempt
from vardkase.web.ui.edit_page import Crumb, edit_page
from vardkase.web.ui.pages import PageRequest
from vardkase.web.ui.undo import say_with_undo

HEADINGS: Mapping[Replacement, Promise] = {
    Replacement.PSEUDONYM: _("Pseudonymise personal data"),
    Replacement.REMOVAL: _("Remove personal data"),
}


class NecessityForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do the recipients need them?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NotOffenceForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do they not concern an offence?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """`things`: what is answered for. `back`: where the reader goes then. `undoing`: the URL that takes the answer
    back, by its name, with its arguments and fields."""

    title: str
    intro: str
    crumbs: Sequence[Crumb]
    things: Sequence[str | SafeString]
    back: str
    undoing: str
    arguments: tuple[object, ...]
    fields: Mapping[str, str] = field(default_factory=dict)


def answer_page(
    request: PageRequest, of_class: type[forms.Form], save: Callable[[str], int], shown: AnswerPage
) -> HttpResponse:
    form = of_class(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            count = attempt(form, lambda: save(form.cleaned_data["reason"]))
        except Conflict as refused:
            count = None
            form.add_error(None, str(refused))
        if count is not None:
            said = gettext("The answer has been saved.")
            say_with_undo(request, said, shown.undoing, *shown.arguments, **shown.fields)
            return redirect(shown.back)
    return edit_page(
        request, form, shown.title, list(shown.crumbs), intro=shown.intro, things=list(shown.things)
    )


def take_back(request: PageRequest, act: Callable[[], object], back: str) -> HttpResponse:
    try:
        act()
        messages.success(request, gettext("The answer has been undone."))
    except (Conflict, NotFound) as refused:
        messages.error(request, str(refused))
    return redirect(back)
