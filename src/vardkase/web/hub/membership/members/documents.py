"""Letters about a membership, for officers and for the member itself, which can read them while suspended."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from vardkase.hub.correspondence.letters.service import note_opened
from vardkase.hub.correspondence.letters.writing import letter_about
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import require_member
from vardkase.identity.access.permissions import Permission
from vardkase.web.hub.correspondence.service import confirmed
from vardkase.web.ui.files import download
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page


@page(staff=OFFICERS, allowed_while_suspended=True)
def letter(request: PageRequest, pk: int, number: str) -> HttpResponseBase:
    return _saved(queries.find_membership(request.actor, pk), number)


@page(allowed_while_suspended=True)
def own_letter(request: PageRequest, number: str) -> HttpResponseBase:
    membership = queries.own_membership(request.actor)
    # Others of the organisation may read it as well; who receives letters for it are its administrators.
    if Permission.ADMIN in request.actor.permissions and request.actor.user_id is not None:
        note_opened(request.actor, letter_about("membership", membership.pk, number), request.actor.name)
    return _saved(membership, number)


@require_POST
@page(Permission.ADMIN, allowed_while_suspended=True)
def confirm(request: PageRequest, number: str) -> HttpResponse:
    membership = queries.own_membership(request.actor)
    require_member(request.actor, membership)
    confirmed(request, request.actor, letter_about("membership", membership.pk, number))
    return redirect("membership")


def _saved(membership: Membership, number: str) -> HttpResponseBase:
    letter = letter_about("membership", membership.pk, number)
    name = f"{letter.number.replace(':', '-')}.pdf"
    return download([bytes(letter.content)], name, "application/pdf")
