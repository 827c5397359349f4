"""Training of users, for an organisation's administrators and for hub staff who onboard members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from vardkase.core.clock import today
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.profiles import Profile, only_in
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import STAFF, find_training, trainings
from vardkase.hub.training.services import mark_people, remove_training
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.web.hub.policy.common import tabs
from vardkase.web.hub.training.forms import TrainingForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page


@page(Permission.ADMIN, allowed_while_suspended=True)
def index(request: PageRequest) -> HttpResponseBase:
    own = trainings(request.actor).filter(user__org_id=request.actor.organisation_id).order_by()
    if form := wanted_file(request):
        in_file = in_order(request, own, {"done_on"}, "-done_on")
        return list_file(request, form, "training", gettext("Training"), _columns(), in_file)
    context = {
        **file_links(request),
        "tabs": tabs(request.actor, "trainings"),
        "today": today(),
        **listed(request, own, {"done_on"}, "-done_on"),
    }
    return render(request, "training/trainings.html", context)


@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def add(request: PageRequest) -> HttpResponse:
    form = TrainingForm(request.actor, request.actor.organisation_id, request.POST or None)
    if _marked(request, form, request.actor.organisation_id):
        return redirect("trainings")
    return render(request, "training/training.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def remove(request: PageRequest, pk: int) -> HttpResponse:
    remove_training(request.actor, find_training(request.actor, pk).pk)
    messages.success(request, gettext("The training record has been removed."))
    return redirect("trainings")


@only_in(Profile.HUB)
@page(staff=STAFF, writes=True, allowed_while_suspended=True)
def of_member(request: PageRequest, pk: int) -> HttpResponse:
    organisation: Organisation = find_membership(request.actor, pk).organisation
    form = TrainingForm(request.actor, organisation.pk, request.POST or None)
    if _marked(request, form, organisation.pk):
        return redirect("member_training", organisation.pk)
    done = trainings(request.actor).filter(user__org=organisation).order_by()
    context = {
        "organisation": organisation,
        "form": form,
        "today": today(),
        **listed(request, done, {"done_on"}, "-done_on"),
    }
    return render(request, "training/member_training.html", context, status=422 if form.errors else 200)


@only_in(Profile.HUB)
@require_POST
@page(staff=STAFF, writes=True, allowed_while_suspended=True)
def remove_of_member(request: PageRequest, pk: int, training: int) -> HttpResponse:
    organisation: Organisation = find_membership(request.actor, pk).organisation
    training_row = trainings(request.actor).filter(user__org=organisation, pk=training).first()
    if training_row is not None:
        remove_training(request.actor, training_row.pk)
        messages.success(request, gettext("The training record has been removed."))
    return redirect("member_training", organisation.pk)


def _marked(request: PageRequest, form: TrainingForm, organisation_id: int) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    with errors_shown_in(form):
        made = mark_people(request.actor, data.pop("user"), organisation_id=organisation_id, **data)
        message = ngettext(
            "Training recorded for %(n)s person.", "Training recorded for %(n)s people.", len(made)
        )
        messages.success(request, message % {"n": len(made)})
    return not form.errors


def _columns() -> Columns[Training]:
    return {
        gettext("Person"): lambda training: training.user.email,
        gettext("Module"): lambda training: training.module,
        gettext("Done on"): lambda training: training.done_on,
        gettext("Valid until"): lambda training: training.valid_until,
        gettext("Note"): lambda training: training.note,
        gettext("Recorded by"): lambda training: training.marked_by,
        gettext("Recorded"): lambda training: training.marked_at,
    }
