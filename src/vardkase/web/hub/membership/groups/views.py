"""Groups of organisations: managed by officers, used by their administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.hub.membership.groups import consent, queries, services
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.web.hub.membership.groups.forms import GroupAccountForm, GroupForm
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.picker import Choices, Names, RowChoices
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.picker_views import form_with_pickers, found_choices, searched_for


@page()
def index(request: PageRequest) -> HttpResponse:
    actor = request.actor
    context = {
        **listed(request, queries.groups(actor), {"name", "pk"}, "name"),
        "may_keep": not actor.staff.isdisjoint(queries.KEEPERS),
        "asked": queries.asked_of(actor.organisation_id) if actor.may(Permission.ADMIN) else [],
    }
    return render(request, "groups/index.html", context)


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    group = queries.find_group(request.actor, pk)
    context = {
        "group": group,
        "organisations": queries.organisations_of(group),
        "accepted": queries.accepted_by_organisations(request.actor, group),
        "administrators": group.administrators.order_by("email"),
        "may_keep": not request.actor.staff.isdisjoint(queries.KEEPERS),
    }
    return render(request, "groups/group.html", context)


@page(writes=True, staff=queries.KEEPERS)
def write(request: PageRequest, pk: int | None = None) -> HttpResponse:
    group = queries.find_group(request.actor, pk) if pk else None
    initial = _initial(group)
    form = form_with_pickers(request, lambda data: GroupForm(_choices(), data, initial=initial))
    version = ShownVersion(request, group)
    if form.is_valid():
        data = {
            **form.cleaned_data,
            "organisations": [
                int(organisation)
                for organisation in form.cleaned_data["organisations"]
                if organisation.isdecimal()
            ],
        }
        with errors_shown_in(form), version.saving(form):
            saved = services.save_group(request.actor, data, pk)
            messages.success(request, gettext("Saved."))
            return redirect("group", saved.pk)
    context = {"form": form, "version": version, "group": group, **searched_for(request)}
    return render(request, "groups/form.html", context, status=version.status(form))


@page(staff=queries.KEEPERS)
def find(request: PageRequest) -> HttpResponse:
    return found_choices(request, GroupForm(_choices()))


def _choices() -> dict[str, Choices]:
    return {
        "organisations": RowChoices(lambda: Organisation.objects.filter(local=True).order_by("name")),
        "administrators": Names(queries.addresses_of_administrators, free=True),
    }


@page(writes=True, staff=queries.KEEPERS)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    group = queries.find_group(request.actor, pk)
    if request.method != "POST":
        return render(request, "groups/delete.html", {"group": group})
    services.delete_group(request.actor, pk)
    messages.success(request, gettext("The group has been dissolved. Its organisations are unchanged."))
    return redirect("groups")


@page(writes=True)
def organisation(request: PageRequest, pk: int) -> HttpResponse:
    acting = services.for_organisation(request.actor, pk)
    form = GroupAccountForm(request.actor, request.POST or None)
    if form.is_valid():
        with errors_shown_in(form):
            services.add_account(request.actor, pk, form.cleaned_data["email"], form.cleaned_data["role_id"])
            messages.success(
                request,
                gettext("The account has been created. Its password is chosen on the new password page."),
            )
            return redirect("group_organisation", pk)
    context: dict[str, Any] = {
        "acting": acting,
        "pk": pk,
        "form": form,
        **listed(request, queries.people_of_id(pk), {"email", "pk"}, "email"),
    }
    return render(request, "groups/organisation.html", context, status=422 if form.errors else 200)


@require_POST
@page(writes=True)
def switch(request: PageRequest, pk: int, user: int) -> HttpResponse:
    services.switch_account(request.actor, pk, user, disabled=posted.flag(request, "disabled"))
    messages.success(request, gettext("Saved."))
    return redirect("group_organisation", pk)


@require_POST
@page(Permission.ADMIN, writes=True, allowed_while_suspended=True)
def answer(request: PageRequest, pk: int, user: int) -> HttpResponse:
    if posted.flag(request, "accept"):
        consent.accept(request.actor, pk, user)
    else:
        consent.withdraw(request.actor, pk, user)
    messages.success(request, gettext("Saved."))
    return redirect("groups")


def _initial(group: OrganisationGroup | None) -> dict[str, Any]:
    if group is None:
        return {}
    return {
        "name": group.name,
        "description": group.description,
        "organisations": [
            str(pk) for pk in group.organisations.order_by("name").values_list("pk", flat=True)
        ],
        "administrators": list(group.administrators.order_by("email").values_list("email", flat=True)),
    }
