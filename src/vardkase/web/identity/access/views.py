"""Roles and their permissions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.version_tokens import RowChanged
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import Role
from vardkase.identity.accounts.services.role_approvals import change_role
from vardkase.identity.accounts.services.roles import is_of_officers
from vardkase.web.identity.access.forms import RoleForm
from vardkase.web.ui.forms.errors import errors_shown_as_message, take_errors
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.permission_labels import FLAGS
from vardkase.web.ui.proposals import proposed


@page()
def index(request: PageRequest) -> HttpResponse:
    rows = [(role, len([name for name in FLAGS if getattr(role, name)])) for role in queries.roles()]
    return render(request, "access/roles.html", {"rows": rows})


@page()
def view(request: PageRequest, pk: int) -> HttpResponse:
    role = queries.find_role(pk)
    flags = [(label, description, getattr(role, name)) for name, (label, description) in FLAGS.items()]
    return render(request, "access/role.html", {"role": role, "flags": flags})


@page(Permission.SITE_ADMIN, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.SITE_ADMIN, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, queries.find_role(pk))


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def make_default(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.set_default_role(request.actor, queries.find_role(pk))
        messages.success(request, gettext("New accounts now get this role."))
    return redirect("role", pk)


@page(Permission.SITE_ADMIN, writes=True)
@require_POST
def delete(request: PageRequest, pk: int) -> HttpResponse:
    with errors_shown_as_message(request):
        services.delete_role(request.actor, queries.find_role(pk))
        messages.success(request, gettext("The role has been deleted."))
        return redirect("roles")
    return redirect("role", pk)


def _write(request: PageRequest, role: Role | None) -> HttpResponse:
    takes_two = role is not None and is_of_officers(role)
    fields = ("name", "restricted_to_site_admin", *FLAGS)
    initial = {name: getattr(role, name) for name in fields} if role else {}
    form = RoleForm(request.POST or None, initial=initial, takes_two=takes_two)
    version = ShownVersion(request, role)
    context = {"form": form, "role": role, "version": version}
    if request.method != "POST":
        return render(request, "access/role_form.html", context)
    try:
        if form.is_valid():
            data = form.cleaned_data
            with version.saving(form):
                saved: Role | ApprovalRequest = (
                    change_role(request.actor, role, data, data.get("reason", ""))
                    if role
                    else services.create_role(request.actor, data)
                )
                if isinstance(saved, ApprovalRequest):
                    return proposed(request, saved)
                messages.success(request, gettext("Saved."))
                return redirect("role", saved.pk)
    except (Invalid, RowChanged) as error:
        take_errors(form, error)
    except (Conflict, Forbidden) as error:
        form.add_error(None, str(error))
    return render(request, "access/role_form.html", context, status=version.status(form))
