"""Member side of enrolment: joining a hub, and membership status there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox.models import EntryKind
from vardkase.exchange.outbox.queries import deliveries
from vardkase.exchange.sync import queries, statistics
from vardkase.exchange.sync.models import SyncDirection
from vardkase.hub.enrolment import joining
from vardkase.hub.enrolment.models import JoinedHub
from vardkase.hub.enrolment.problems import JoiningProblem
from vardkase.hub.membership.members.models import MembershipState
from vardkase.hub.profiles import Profile
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.standing import MembershipStanding
from vardkase.web.ui.forms.errors import take_errors
from vardkase.web.ui.forms.fields import PLAIN_TEXT
from vardkase.web.ui.pages import PageRequest, page

PROFILES = Profile.MEMBER

RUNS_SHOWN = 10
DELIVERIES_SHOWN = 10


class CodeForm(forms.Form):
    url = forms.CharField(
        label=_("The hub’s address"), max_length=255, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )
    code = forms.CharField(label=_("Enrolment code"), max_length=64, widget=forms.TextInput(attrs=PLAIN_TEXT))


@page()
def index(request: PageRequest) -> HttpResponse:
    hubs = [_shown(request, joined) for joined in joining.joined_hubs(request.actor)]
    return render(request, "enrolment/hub.html", {"hubs": hubs, "may_join": request.actor.is_site_admin})


@page(Permission.SITE_ADMIN, writes=True)
def join(request: PageRequest) -> HttpResponse:
    form, offer = CodeForm(request.POST or None), None
    if form.is_bound and form.is_valid():
        offer = _ask_hub(form, lambda code, url: joining.read_offer(request.actor, code, url))
    context = {"form": form, "offer": offer}
    return render(request, "enrolment/join.html", context, status=422 if form.errors else 200)


@require_POST
@page(Permission.SITE_ADMIN, writes=True)
def enrol(request: PageRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid() and (
        joined := _ask_hub(form, lambda code, url: joining.enrol(request.actor, code, url))
    ):
        messages.success(request, gettext("Connected to %(hub)s.") % {"hub": joined.server.name})
        return redirect("hub")
    return render(request, "enrolment/join.html", {"form": form, "offer": None}, status=422)


def _ask_hub[T](form: CodeForm, ask: Callable[[str, str], T]) -> T | None:
    """What the hub answers to the code, or None with the refusal in the form."""
    try:
        return ask(form.cleaned_data["code"], form.cleaned_data["url"])
    except Invalid as refused:
        take_errors(form, refused)
    except Conflict as refused:
        form.add_error(None, str(refused))
    except OutgoingFailed as failed:
        form.add_error("url", str(failed))
    return None


@require_POST
@page(writes=True)
def ask(request: PageRequest, pk: int) -> HttpResponse:
    joined = joining.joined_hubs(request.actor).filter(pk=pk).first()
    if joined is None:
        raise NotFound(JoiningProblem.NO_SUCH_HUB())
    joining.ask_standing(joined)
    return redirect("hub")


def _shown(request: PageRequest, joined: JoinedHub) -> dict[str, Any]:
    answer = joined.report
    membership = answer.get("membership") or {}
    server = joined.server
    context: dict[str, Any] = {
        "joined": joined,
        "standing": dict(MembershipStanding.choices).get(
            answer.get("standing", ""), answer.get("standing", "")
        ),
        "state": dict(MembershipState.choices).get(membership.get("state", ""), ""),
        "since": membership.get("since", ""),
        "open": [str(phase) for phase in answer.get("open") or []],
    }
    if request.actor.is_site_admin:
        counted = statistics.figures(request.actor, [server.pk])
        context |= {
            "pulled": counted.get((server.pk, SyncDirection.PULL)),
            "pushed": counted.get((server.pk, SyncDirection.PUSH)),
            "runs": queries.runs_of(request.actor, server.pk).order_by("-pk")[:RUNS_SHOWN],
            "sent": deliveries(request.actor, kind=EntryKind.CONNECTION)
            .filter(receiver_id=server.pk)
            .order_by("-pk")[:DELIVERIES_SHOWN],
        }
    return context
