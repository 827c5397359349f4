"""Letters about a membership, for officers and for the member itself, which can read them while suspended."""

from __future__ import annotations

from django.http import HttpResponseBase

from vardkase.hub.correspondence.letters.writing import letter_about
from vardkase.hub.membership.members import queries
from vardkase.hub.membership.members.models import Membership
from vardkase.web.ui.files import download
from vardkase.web.ui.navigation import OFFICERS
from vardkase.web.ui.pages import PageRequest, page


@page(staff=OFFICERS, allowed_while_suspended=True)
def letter(request: PageRequest, pk: int, number: str) -> HttpResponseBase:
    return _saved(queries.find_membership(request.actor, pk), number)


@page(allowed_while_suspended=True)
def own_letter(request: PageRequest, number: str) -> HttpResponseBase:
    return _saved(queries.own_membership(request.actor), number)


def _saved(membership: Membership, number: str) -> HttpResponseBase:
    letter = letter_about("membership", membership.pk, number)
    name = f"{letter.number.replace(':', '-')}.pdf"
    return download([bytes(letter.content)], name, "application/pdf")
