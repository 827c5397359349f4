"""Pages of officers' keys and of openings."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Forbidden, NotFound
from vardkase.hub.sealed_links import keys, queries
from vardkase.hub.sealed_links import opening as openings
from vardkase.hub.sealed_links.container import MOST_KEYS
from vardkase.hub.sealed_links.keys import is_own_officer
from vardkase.hub.sealed_links.models import SealOpening
from vardkase.hub.sealed_links.problems import SealedLinkProblem
from vardkase.hub.sealed_links.queries import OFFICERS
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.hub.sealed_links.forms import KeyProofForm, OfficerKeyForm, OpeningForm, WithdrawalForm
from vardkase.web.ui.edit_page import edit_page
from vardkase.web.ui.files import download
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.list_files import Columns, file_links, list_file, wanted_file
from vardkase.web.ui.listing import in_order, listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.proposals import proposed

READERS = (*OFFICERS, StaffRole.AUDITOR)
MOST_ROWS = 200
"""Keys that are listed; there are a few for each officer that there has been."""


@page(staff=READERS)
def index(request: PageRequest) -> HttpResponseBase:
    found = queries.openings(request.actor).order_by()
    if form := wanted_file(request):
        in_file = in_order(request, found, {"pk"}, "-pk")
        return list_file(request, form, "openings", gettext("Openings"), _columns(), in_file)
    shown = listed(request, found, {"pk"}, "-pk")
    titles = queries.public_titles({each.about for each in shown["rows"]})
    for each in shown["rows"]:
        each.title = titles.get(each.about, "")
    context = {
        **shown,
        **file_links(request),
        "keys": list(queries.keys(request.actor)[:MOST_ROWS]),
        "status": queries.status(),
        "most": MOST_KEYS,
        "is_officer": is_own_officer(request.actor),
        "own": queries.own_key(request.actor),
    }
    return render(request, "sealed_links/index.html", context)


@page(staff=OFFICERS, writes=True, confirmed=True, resume=False)
def add_key(request: PageRequest) -> HttpResponseBase:
    """First the public key, and then the code that shows that its owner can decrypt."""
    form: Form = OfficerKeyForm(request.POST or None)
    file = ""
    if form.is_valid():
        with errors_shown_in(form):
            file = keys.challenge(request.actor, form.cleaned_data["recipient"])
    if file and posted.text(request, "act") == "save":
        return download([file.encode()], "key-check.age", "application/octet-stream")
    if file and "code" not in posted.fields(request):
        form = KeyProofForm(initial={"recipient": form.cleaned_data["recipient"].strip()})
    elif file:
        form = KeyProofForm(request.POST)
        if form.is_valid():
            with errors_shown_in(form):
                return proposed(request, keys.propose_key(request.actor, **form.cleaned_data))
    elif form.is_bound:
        # What was refused may be a private key: it is not sent back.
        form.data = {"recipient": ""}
    context = {"form": form, "file": file, "own": queries.own_key(request.actor)}
    return render(request, "sealed_links/key.html", context, status=422 if form.errors else 200)


@page(staff=OFFICERS, writes=True, confirmed=True)
def withdraw_key(request: PageRequest, pk: int) -> HttpResponse:
    key = queries.find_key(request.actor, pk)
    if key.withdrawn_at:
        raise NotFound(SealedLinkProblem.NO_SUCH_KEY())
    is_own = key.owner_id == request.actor.user_id
    form = WithdrawalForm(request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            reason = form.cleaned_data["reason"]
            if not is_own:
                return proposed(request, keys.propose_withdrawal(request.actor, pk, reason))
            keys.withdraw_own_key(request.actor, pk, reason)
            messages.success(request, gettext("Your key has been withdrawn. It opens nothing more."))
            return redirect("sealed_links")
    return edit_page(
        request,
        form,
        gettext("Withdraw the key of %(name)s") % {"name": key.owner_name},
        _crumbs(),
        save=pgettext("key", "Withdraw") if is_own else gettext("Propose the withdrawal"),
        things=[key.shown],
        intro=gettext(
            "For a key that is lost, or that somebody else may have. It opens nothing more, and that cannot be undone: "
            "links that are sealed to fewer than two other keys can then never be opened. To change keys, register "
            "the new one instead: the former one still opens earlier links."
        ),
    )


@page(staff=OFFICERS, writes=True, confirmed=True)
def propose(request: PageRequest) -> HttpResponse:
    if not is_own_officer(request.actor):
        raise Forbidden(SealedLinkProblem.NOT_AN_OFFICER())
    form = OpeningForm(request.POST or None, initial={"uuid": request.GET.get("uuid", "")[:36]})
    if form.is_valid():
        given = form.cleaned_data
        with errors_shown_in(form, fields={"about": "uuid"}):
            try:
                made = openings.propose_opening(request.actor, given["uuid"], given["reason"])
            except NotFound as missing:
                form.add_error("uuid", str(missing))
            else:
                return proposed(request, made)
    return edit_page(
        request,
        form,
        gettext("Open a sealed link"),
        _crumbs(),
        save=gettext("Propose the opening"),
        intro=gettext(
            "Together with the officer who approves, you learn who published the event anonymously. Often that is not "
            "needed: questions reach the author without anybody learning who it is."
        ),
    )


@page(staff=READERS)
def opening(request: PageRequest, pk: int) -> HttpResponse:
    found = queries.find_opening(request.actor, pk)
    own = request.actor.user_id
    context = {
        "opening": found,
        "title": queries.public_titles([found.about]).get(found.about, ""),
        "has_outer": own is not None and found.outer_key.owner_id == own,
        "has_inner": own is not None and found.inner_key.owner_id == own,
    }
    return render(request, "sealed_links/opening.html", context)


@require_POST
@page(staff=OFFICERS, writes=True, confirmed=True)
def file(request: PageRequest, pk: int) -> HttpResponseBase:
    with errors_shown_as_message(request):
        content = openings.fetch_file(request.actor, pk)
        return download([content], f"sealed-link-{pk}.age", "application/octet-stream")
    return redirect("seal_opening", pk)


def _columns() -> Columns[SealOpening]:
    return {
        gettext("Number"): lambda opening: opening.pk,
        gettext("UUID"): lambda opening: str(opening.about),
        gettext("Proposed by"): lambda opening: opening.proposed_by_name,
        gettext("Approved by"): lambda opening: opening.approved_by_name,
        gettext("Approved"): lambda opening: opening.approved_at,
        gettext("Reason"): lambda opening: opening.reason,
    }


def _crumbs() -> list[tuple[str, str]]:
    return [(gettext("Sealed links"), reverse("sealed_links"))]
