"""Sharing groups to which an event can be restricted."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations import queries, rules, services
from vardkase.identity.organisations.models import SharingGroup
from vardkase.web.identity.organisations.forms import GroupMemberForm, GroupServerForm, SharingGroupForm
from vardkase.web.ui.edit_page import confirm_page
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page

SORTS = {"name", "pk"}
THIS_INSTANCE = 0


@page()
def index(request: PageRequest) -> HttpResponse:
    rows = queries.visible_groups(request.actor)
    return render(request, "organisations/sharing_groups.html", listed(request, rows, SORTS, "name"))


@page()
def view(request: PageRequest, reference: str) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    return _page(request, group, GroupMemberForm({member.org_id for member in group.members.all()}))


@page(Permission.SHARING_GROUP, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SHARING_GROUP, writes=True)
def edit(request: PageRequest, reference: str) -> HttpResponse:
    return _write(request, queries.find_group(request.actor, reference))


@page(Permission.SHARING_GROUP, writes=True)
@require_POST
def add_organisation(request: PageRequest, reference: str) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    form = GroupMemberForm({member.org_id for member in group.members.all()}, request.POST)
    if not form.is_valid():
        return _page(request, group, form, status=422)
    added, extend = form.cleaned_data["organisation"], form.cleaned_data["extend"]
    return _act(
        request,
        group,
        lambda: services.add_organisation_to_group(request.actor, group, added, extend=extend),
        gettext("%(organisation)s has been added to the group.") % {"organisation": added.name},
    )


@page(Permission.SHARING_GROUP, writes=True)
@require_POST
def remove_organisation(request: PageRequest, reference: str, organisation_id: int) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    leaving = queries.find_organisation(organisation_id)
    return _act(
        request,
        group,
        lambda: services.remove_organisation_from_group(request.actor, group, leaving),
        gettext("%(organisation)s has been removed from the group.") % {"organisation": leaving.name},
    )


@page(Permission.SHARING_GROUP, writes=True)
@require_POST
def add_server(request: PageRequest, reference: str) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    form = GroupServerForm(request.POST)
    form.is_valid()
    everybody = form.cleaned_data["all_orgs"]
    return _act(
        request,
        group,
        lambda: services.add_server_to_group(request.actor, group, THIS_INSTANCE, all_orgs=everybody),
        gettext("Saved."),
    )


@page(Permission.SHARING_GROUP, writes=True)
@require_POST
def remove_server(request: PageRequest, reference: str, server_id: int) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    return _act(
        request,
        group,
        lambda: services.remove_server_from_group(request.actor, group, server_id),
        gettext("Saved."),
    )


@page(Permission.SHARING_GROUP, writes=True)
def delete(request: PageRequest, reference: str) -> HttpResponse:
    group = queries.find_group(request.actor, reference)
    if request.method != "POST":
        return confirm_page(
            request,
            gettext("Delete %(name)s") % {"name": group.name},
            [
                (gettext("Sharing groups"), reverse("sharing_groups")),
                (group.name, reverse("sharing_group", args=[group.uuid])),
            ],
            gettext("Only a group that nothing is shared with can be deleted. This cannot be undone."),
            act=gettext("Delete the sharing group"),
        )
    try:
        services.delete_sharing_group(request.actor, group)
    except Conflict:
        messages.error(
            request, gettext("Events are shared with the group, so it cannot be deleted. Disable it instead.")
        )
        return redirect("sharing_group", group.uuid)
    messages.success(request, gettext("The sharing group has been deleted."))
    return redirect("sharing_groups")


def _write(request: PageRequest, group: SharingGroup | None) -> HttpResponse:
    initial = {name: getattr(group, name) for name in SharingGroupForm.base_fields} if group else {}
    form = SharingGroupForm(request.POST or None, initial=initial)
    version = ShownVersion(request, group)
    context = {"form": form, "version": version, "group": group}
    if form.is_valid():
        with errors_shown_in(form), version.saving(form):
            saved = (
                services.edit_sharing_group(request.actor, group, form.cleaned_data)
                if group
                else services.create_sharing_group(request.actor, form.cleaned_data)
            )
            messages.success(request, gettext("Saved."))
            return redirect("sharing_group", saved.uuid)
    return render(request, "organisations/sharing_group_form.html", context, status=version.status(form))


def _act(
    request: PageRequest, group: SharingGroup, change: Callable[[], object], message: str
) -> HttpResponse:
    """Apply `change`, show `words`, and return to the group if the reader still sees it."""
    with errors_shown_as_message(request):
        change()
        messages.success(request, message)
    # An administrator who removes their own organisation no longer sees the group.
    left = not queries.visible_groups(request.actor).filter(pk=group.pk).exists()
    return redirect("sharing_groups") if left else redirect("sharing_group", group.uuid)


def _page(
    request: PageRequest, group: SharingGroup, form: GroupMemberForm, status: int = 200
) -> HttpResponse:
    members = list(group.members.all())
    context = {
        "group": group,
        "members": members,
        "servers": list(group.servers.all()),
        "form": form,
        "server_form": GroupServerForm(),
        "may_change": rules.may_change_group(request.actor, group, members),
        "may_delete": rules.may_delete_group(request.actor, group),
    }
    return render(request, "organisations/sharing_group.html", context, status=status)
