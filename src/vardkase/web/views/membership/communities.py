"""Communities: sharing groups drawn from the members by rule."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from vardkase.core.errors import Invalid
from vardkase.hub.membership.communities import services
from vardkase.hub.membership.communities.models import Community
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.forms.errors import take_errors
from vardkase.web.forms.membership import CommunityForm
from vardkase.web.pages import PageRequest, page

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)


@page(staff=OFFICER)
def index(request: PageRequest) -> HttpResponse:
    """Every community with who is in it now."""
    rows = [(each, services.drawn(each).count()) for each in services.communities(request.actor)]
    return render(request, "membership/communities.html", {"rows": rows})


@page(staff=OFFICER)
def write(request: PageRequest, pk: int = 0) -> HttpResponse:
    """Make a community, or change its rules."""
    community = services.find_community(request.actor, pk) if pk else None
    form = CommunityForm(request.POST or None, initial=_initial(community) if community else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_community(request.actor, form.wire(), community)
        except Invalid as error:
            take_errors(form, error)
        else:
            messages.success(request, gettext("The group is drawn, and follows the members from now on."))
            return redirect("member_communities")
    context = {"form": form, "community": community, "drawn": services.drawn(community) if community else []}
    return render(request, "membership/community.html", context, status=422 if form.errors else 200)


def _initial(community: Community) -> dict[str, object]:
    return {
        "name": community.group.name,
        "sectors": community.sectors,
        "nis2": community.nis2,
        "counties": community.counties,
        "chosen": community.chosen.all(),
        "hides_members": community.group.hides_members,
    }
