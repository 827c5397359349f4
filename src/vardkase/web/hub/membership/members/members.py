"""A member as seen by the hub owner's staff: status, open items, pending decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.membership.assessments.services.partiality import HANDLERS
from vardkase.hub.membership.contacts.services import READERS as CONTACT_READERS
from vardkase.hub.membership.members import queries, services
from vardkase.hub.membership.members.cases import THING
from vardkase.hub.membership.members.models import Membership, MembershipState, RestrictionCause
from vardkase.hub.membership.members.rules import MEMBERSHIP, TECHNICAL, conflict_of
from vardkase.hub.membership.members.services.reinstatement import reinstatement_in_words
from vardkase.hub.membership.onboarding.items import never_waived, still_open
from vardkase.hub.training.queries import STAFF as TRAINERS
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.membership.members import forms as written
from vardkase.web.hub.membership.members.presenters import open_hearings, shown
from vardkase.web.hub.membership.statements.views import panel
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.mail_messages import say_sent, tell_the_member
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
STAFF = (*OFFICERS, StaffRole.OPERATOR, StaffRole.AUDITOR)


@page(staff=STAFF, allowed_while_suspended=True)
def view(request: PageRequest, pk: int) -> HttpResponse:
    membership = queries.find_membership(request.actor, pk)
    decides = StaffRole.MEMBERSHIP_OFFICER in request.actor.staff
    lifts = decides and membership.restrictions.filter(lifted=None, cause=RestrictionCause.OFFICER).exists()
    open_steps = [name for name in MEMBERSHIP.open_steps(membership.state) if name != "restore"]
    does_items = not request.actor.staff.isdisjoint(TECHNICAL)

    def place_of(name: str) -> str:
        return reverse("member_item", args=[pk, name]) if does_items else ""

    context = {
        "steps": [(name, STEPS[name][0]) for name in open_steps if decides],
        "lifts": lifts,
        "keeps": decides and any(each.review_by for each in queries.restrictions(membership)),
        "hears": decides and membership.state != MembershipState.TERMINATED,
        "case_file": case_file_of(THING, membership.pk),
        "reads_letters": not request.actor.staff.isdisjoint(OFFICERS),
        "decides": decides,
        "more": _more(request, pk),
        "conflict": conflict_of(request.actor, membership) or "",
        "contacts_url": ""
        if request.actor.staff.isdisjoint(CONTACT_READERS)
        else reverse("contacts", args=[pk]),
    }
    return render(
        request,
        "members/member.html",
        shown(request.actor, membership, place_of) | panel(request.actor, membership) | context,
    )


def _more(request: PageRequest, pk: int) -> list[tuple[str, Promise]]:
    return [
        (reverse(view, args=[pk]), label)
        for view, label, staff in PAGES
        if not request.actor.staff.isdisjoint(staff)
    ]


PAGES: tuple[tuple[str, Promise, Collection[StaffRole]], ...] = (
    ("security", _("Security: domains, networks, certificates"), TECHNICAL),
    ("member_sign_in_minimum", _("Minimum sign-in requirements"), OFFICER),
    ("member_training", _("Training"), TRAINERS),
    ("member_partial", _("Conflicts of interest"), HANDLERS),
    ("service_organisation", _("Connection and support"), (*OFFICERS, StaffRole.OPERATOR)),
)


type Done = Membership | ApprovalRequest
"""A membership that was led on, or what another officer has to approve first."""


def _suspend(actor: Actor, pk: int, data: dict[str, Any]) -> Done:
    until = timezone.make_aware(datetime.combine(data["until"], time.min)) if data["until"] else None
    return services.suspend(
        actor, pk, data["kind"], data["reason"], data, until=until, review_by=data["review_by"]
    )


type Take = Callable[[Actor, int, dict[str, Any]], Done]

STEPS: dict[str, tuple[Promise, type[forms.Form], Take, Promise]] = {
    "activate": (
        _("Activate the membership"), written.ActivateForm,
        lambda actor, pk, data: services.activate(actor, pk, data["reason"]),
        _("The member can read and write from now on, as its roles and policy allow."),
    ),
    "suspend": (
        _("Suspend or restrict"), written.SuspendForm, _suspend,
        _("It takes effect everywhere once another officer has approved it."),
    ),
    "restore": (
        _("Lift the suspension"), written.LiftForm,
        lambda actor, pk, data: services.restore(actor, pk, data["reason"], data["basis"], data["dissent"]),
        _("Everything will work again at once, and anything waiting will be sent."),
    ),
    "keep": (
        _("Record that the restriction remains"), written.KeepForm,
        lambda actor, pk, data: services.keep(actor, pk, data["reason"], data["review_by"]),
        _("The restriction stays as it is until then, and the member is told why. To end it, lift it instead."),
    ),
    "terminate": (
        _("Terminate the membership"), written.TerminateForm,
        lambda actor, pk, data: services.terminate(actor, pk, data["reason"], data["contributions"], data),
        _(
            "Accounts will be disabled, keys revoked, and exchange stopped. Only a new decision by two officers, or "
            "a court, can undo this."
        ),
    ),
    "reinstate": (
        _("Reinstate the membership"), written.LiftForm,
        lambda actor, pk, data: services.reinstate(actor, pk, data["reason"], data["basis"], data["dissent"]),
        _("You change your decision to end the membership. It applies again once another officer has approved that."),
    ),
}  # fmt: skip


@page(staff=OFFICER, allowed_while_suspended=True)
def step(request: PageRequest, pk: int, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404
    membership = queries.find_membership(request.actor, pk)
    title, kind, take, help_text = STEPS[name]
    if request.method == "GET" and name == "reinstate" and not MEMBERSHIP.may(membership.state, name):
        messages.error(request, str(MEMBERSHIP.refusal(membership.state, name)))
        return redirect("member", pk)
    form = kind(request.POST or None)
    if isinstance(form, written.AdverseDecisionForm) and not queries.is_reserved(membership):
        form.leave_out_reservation()
    if form.is_valid():
        with errors_shown_in(form):
            done = take(request.actor, pk, form.cleaned_data)
            if isinstance(done, ApprovalRequest):
                return proposed(request, done)
            messages.success(request, gettext("Done."))
            return redirect("member", pk)
    context = {
        "form": form, "title": title, "help": help_text, "organisation": membership.organisation, "step": name,
        "waiting": still_open(membership) if name == "activate" else [],
        "needed": never_waived(membership) if name == "activate" else [],
        "is_final": name == "terminate",
        "proposed_steps": ("terminate", "reinstate"),
        "language": membership.language,
        "hearings": open_hearings(membership) if name in ("suspend", "terminate") else [],
        "ending": services.would_end(membership) if name == "terminate" else {},
        "effects": reinstatement_in_words(membership)
        if name == "reinstate" and membership.state == MembershipState.TERMINATED
        else [],
    }  # fmt: skip
    return render(request, "members/step.html", context, status=422 if form.errors else 200)


@require_POST
@page(staff=OFFICER, allowed_while_suspended=True)
def decide(request: PageRequest, pk: int) -> HttpResponse:
    """Propose to take over what the member proposed, or refuse it."""
    reason = posted.text(request, "reason")
    with errors_shown_as_message(request):
        if posted.text(request, "decision") == "accept":
            return proposed(request, services.accept_change(request.actor, pk, reason))
        services.refuse_change(request.actor, pk, reason)
        say_sent(request, gettext("The member is notified of the decision."), tell_the_member())
    return redirect("member", pk)


@page(staff=OFFICER, allowed_while_suspended=True)
def open_one(request: PageRequest) -> HttpResponse:
    form = written.OpenForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            data = form.cleaned_data
            made = services.open_membership(request.actor, data["organisation"], data, data["reason"])
            return proposed(request, made)
    return render(request, "members/open.html", {"form": form}, status=422 if form.errors else 200)
