"""Who has been trained in what."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.clock import today
from vardkase.core.errors import Invalid
from vardkase.hub.training.queries import find_training, trainings
from vardkase.hub.training.services import mark_trained, remove_training
from vardkase.identity.access.permissions import Permission
from vardkase.web.forms.training import TrainingForm
from vardkase.web.pages import PageRequest, page
from vardkase.web.views.administration.listing import listed
from vardkase.web.views.policy.common import tabs


@page(Permission.ADMIN, own_affairs=True)
def index(request: PageRequest) -> HttpResponse:
    """The training of the organisation's people, and until when it holds."""
    context = {
        "tabs": tabs(request.actor, "trainings"),
        "today": today(),
        **listed(request, trainings(request.actor).order_by(), {"done_on"}, "-done_on"),
    }
    return render(request, "policy/trainings.html", context)


@page(Permission.ADMIN, writes=True, own_affairs=True)
def add(request: PageRequest) -> HttpResponse:
    """Mark somebody as trained."""
    form = TrainingForm(request.actor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mark_trained(request.actor, **form.cleaned_data)
        except Invalid as invalid:
            form.show(invalid.errors)
        else:
            messages.success(request, gettext("The training is put down."))
            return redirect("trainings")
    return render(request, "policy/training.html", {"form": form})


@require_POST
@page(Permission.ADMIN, writes=True, own_affairs=True)
def remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take back what was put down wrongly."""
    remove_training(request.actor, find_training(request.actor, pk).pk)
    messages.success(request, gettext("The training is removed."))
    return redirect("trainings")
