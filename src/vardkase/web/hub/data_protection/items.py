"""What a controller sees of its items, and its answers; the same for the hub owner and for members."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import Conflict, Invalid
from vardkase.hub.data_protection.requests import answering, queries
from vardkase.hub.data_protection.requests.models import ConcernedController
from vardkase.hub.data_protection.requests.recipients import recipients_of
from vardkase.hub.data_protection.requests.rules import OPEN
from vardkase.web.hub.data_protection.forms import ItemAnswerForm, RecipientsToldForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest

SORTS = {"pk"}


def items_page(
    request: PageRequest,
    controller: ConcernedController,
    names: dict[str, str],
    form: ItemAnswerForm | None = None,
    told: RecipientsToldForm | None = None,
) -> HttpResponse:
    """`names`: of the URLs for answers and for the end, by what they do."""
    page = listed(request, queries.items(controller), SORTS, "pk")
    faults = bool((form and form.errors) or (told and told.errors))
    reads = answering.reads_contents(request.actor, controller)
    context: dict[str, Any] = {
        **page,
        "controller": controller,
        "asked": controller.request,
        "person": queries.told_to(controller, only_found=reads),
        "shown": answering.shown_items(request.actor, controller, page["rows"]),
        "reads_contents": reads,
        "may_answer": controller.request.state in OPEN and controller.answered_at is None,
        "unanswered": queries.items(controller).filter(answered_at=None).count(),
        "recipients": recipients_of(answering.changed_events(controller)),
        "chosen": set(posted.numbers(request, "pk")) if form else (),
        "form": form or ItemAnswerForm(rights=controller.request.rights),
        "told_form": told or RecipientsToldForm(),
        "names": names,
    }
    return render(request, "data_protection/items.html", context, status=422 if faults else 200)


def answer(request: PageRequest, controller: ConcernedController, names: dict[str, str]) -> HttpResponse:
    form = ItemAnswerForm(request.POST, rights=controller.request.rights)
    if form.is_valid():
        with errors_shown_in(form):
            count = answering.answer_items(
                request.actor, controller.pk, posted.numbers(request, "pk"), form.cleaned_data
            )
            done = ngettext("%(n)s item answered.", "%(n)s items answered.", count) % {"n": count}
            messages.success(request, done)
            return redirect(names["view"], controller.pk)
    return items_page(request, controller, names, form)


def finish(request: PageRequest, controller: ConcernedController, names: dict[str, str]) -> HttpResponse:
    form = RecipientsToldForm(request.POST)
    if form.is_valid():
        try:
            answering.send_answer(request.actor, controller.pk, form.cleaned_data["told"])
        except Invalid as refused:
            form.add_error("told", str(refused))
            return items_page(request, controller, names, told=form)
        except Conflict as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, gettext("The answer has been sent."))
        return redirect(names["view"], controller.pk)
    return items_page(request, controller, names, told=form)
