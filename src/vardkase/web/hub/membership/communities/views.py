"""Communities: sharing groups whose members follow a rule."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.communities import services
from vardkase.hub.membership.communities.models import Community
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.web.hub.membership.communities.forms import CommunityForm
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.picker import RowChoices
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)


@page(staff=OFFICER)
def index(request: PageRequest) -> HttpResponse:
    rows = [
        (community, services.drawn(community).count()) for community in services.communities(request.actor)
    ]
    return render(request, "communities/communities.html", {"rows": rows})


@page(staff=OFFICER)
def write(request: PageRequest, pk: int = 0) -> HttpResponse:
    community = services.find_community(request.actor, pk) if pk else None
    initial = _initial(community) if community else {}
    form = form_with_pickers(request, lambda data: CommunityForm(MEMBERS, data, initial=initial))
    version = ShownVersion(request, community)
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            services.save_community(request.actor, form.wire(), community)
            messages.success(
                request, gettext("The community has been created and follows its rules from now on.")
            )
            return redirect("member_communities")
    return _form_page(request, form, community, version)


@require_POST
@page(staff=OFFICER, writes=False)
def preview(request: PageRequest, pk: int = 0) -> HttpResponse:
    community = services.find_community(request.actor, pk) if pk else None
    form, version = CommunityForm(MEMBERS, request.POST), ShownVersion(request, community)
    if not form.is_valid():
        return _form_page(request, form, community, version)
    rule = form.wire()
    after = list(services.would_draw(rule, rule["chosen"]))
    before = list(services.drawn(community)) if community else []
    come, go = set(after) - set(before), [member for member in before if member not in set(after)]
    return _form_page(
        request,
        form,
        community,
        version,
        {"rows": [(member, member in come) for member in after], "leaving": go},
    )


@page(staff=OFFICER)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, CommunityForm(MEMBERS))


MEMBERS = RowChoices(lambda: Organisation.objects.filter(membership__isnull=False).order_by("name"))


def _form_page(
    request: PageRequest,
    form: CommunityForm,
    community: Community | None,
    version: ShownVersion,
    preview: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "version": version,
        "community": community,
        "preview": preview,
        **searched_for(request),
        "drawn": services.drawn(community) if community and preview is None else [],
    }
    return render(request, "communities/community.html", context, status=version.status(form))


def _initial(community: Community) -> dict[str, object]:
    return {
        "name": community.group.name,
        "sectors": community.sectors,
        "nis2": community.nis2,
        "counties": community.counties,
        "chosen": [str(pk) for pk in community.chosen.order_by("name").values_list("pk", flat=True)],
        "hides_members": community.group.hides_members,
    }
