"""What is done with several accounts that are selected in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from vardkase.core.errors import NotFound
from vardkase.core.mail.services import TooManyMessages, can_send
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import rules, services
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.queries import roles, selected_users
from vardkase.identity.accounts.services.mass_mail import LONGEST, LONGEST_SUBJECT
from vardkase.identity.accounts.services.protection import ApprovalNeeded
from vardkase.identity.accounts.services.selection import MOST_SELECTED
from vardkase.misp.flags import as_int
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_as_message, errors_shown_in
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.undo import say_with_undo


class SelectionForm(forms.Form):
    """The selected accounts go along in hidden fields; `sure` tells the form from the list that led to it."""

    pk = forms.Field(widget=forms.MultipleHiddenInput)
    sure = forms.CharField(widget=forms.HiddenInput, initial="1")


class SelectedRoleForm(SelectionForm):
    role_id = forms.TypedChoiceField(label=_("Role"), coerce=int)

    def __init__(self, actor: Actor, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.assignable = {role.pk: role.name for role in roles() if rules.may_assign(actor, role)}
        choices = [("", _("Choose a role")), *self.assignable.items()]
        self.fields["role_id"].choices = choices  # type: ignore[attr-defined]


class SelectedMailForm(SelectionForm):
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}))


@page(Permission.ADMIN, writes=True)
@require_POST
def disable(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request)
    if not posted.flag(request, "sure"):
        words = gettext(
            "They are signed out and cannot sign in, and their API keys do not work, until you enable them again."
        )
        number = len(chosen)
        heading = ngettext("Disable %(n)s account", "Disable %(n)s accounts", number) % {"n": thin(number)}
        return _confirm(request, chosen, heading, words)
    return _switch(request, chosen, off=True)


@page(Permission.ADMIN, writes=True)
@require_POST
def enable(request: PageRequest) -> HttpResponse:
    return _switch(request, _chosen(request), off=False)


@page(Permission.ADMIN, writes=True)
@require_POST
def give_role(request: PageRequest) -> HttpResponse:
    """Asks for the role, then for a confirmation that names who gets it, and only then gives it."""
    chosen = _chosen(request)
    form = SelectedRoleForm(
        request.actor, request.POST if posted.flag(request, "sure") else None, initial=_initial(chosen)
    )
    number = len(chosen)
    heading = ngettext("Change role of %(n)s account", "Change role of %(n)s accounts", number) % {
        "n": thin(number)
    }
    if form.is_valid():
        role_id: int = form.cleaned_data["role_id"]
        if not posted.flag(request, "confirmed"):
            return _confirm_role(request, chosen, heading, role_id, form.assignable[role_id])
        with errors_shown_in(form):
            try:
                former = services.give_roles(request.actor, {user.pk: role_id for user in chosen})
            except ApprovalNeeded as needed:
                form.add_error(None, str(needed))
            else:
                back = [f"{pk}:{role}" for pk, role in former.items()]
                _say(request, _roles_given(len(former), number), "users_take_role_back", back)
                return redirect("users")
    things = [f"{user.email} ({user.org.name}): {user.role.name}" for user in chosen]
    return edit_page(request, form, heading, _parents(), save=gettext("Continue"), things=things)


def _confirm_role(
    request: PageRequest, chosen: list[User], heading: str, role_id: int, role: str
) -> HttpResponse:
    words = gettext("They get the role “%(role)s” immediately, and are told if the hub sends e-mail.")
    fields = [*(("pk", user.pk) for user in chosen), ("sure", "1"), ("confirmed", "1"), ("role_id", role_id)]
    unchanged = gettext("has the role already")
    things = [
        f"{user.email} ({user.org.name}): "
        + (f"{role}, {unchanged}" if user.role_id == role_id else f"{user.role.name} → {role}")
        for user in chosen
    ]
    return confirm_page(
        request, heading, _parents(), words % {"role": role}, fields=fields, things=things, deletes=False
    )


def _roles_given(given: int, selected: int) -> str:
    said = ngettext("%(n)s account has another role now.", "%(n)s accounts have another role now.", given) % {
        "n": thin(given)
    }
    if same := selected - given:
        had = ngettext("%(n)s had the role already.", "%(n)s had the role already.", same)
        said = f"{said} {had % {'n': thin(same)}}" if given else gettext("All of them have the role already.")
    return said


@page(Permission.ADMIN, writes=True)
@require_POST
def take_role_back(request: PageRequest) -> HttpResponse:
    former = {}
    for pair in posted.texts(request, "pk")[:MOST_SELECTED]:
        pk, role = (as_int(part) for part in pair.partition(":")[::2])
        if pk is None or role is None:
            raise NotFound(AccountProblem.NOT_FOUND())
        former[pk] = role
    with errors_shown_as_message(request):
        services.give_roles(request.actor, former)
        messages.success(request, gettext("The accounts have their former roles again."))
    return redirect("users")


@page(Permission.ADMIN, writes=True, confirmed=True)
@require_POST
def reset_passwords(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request)
    number = len(chosen)
    if not posted.flag(request, "sure"):
        words = gettext(
            "Their passwords, sessions and API keys end now. Each gets an e-mail with a link to choose a new password, "
            "which holds for a day. This cannot be undone."
        )
        heading = ngettext(
            "Reset the password of %(n)s account", "Reset the passwords of %(n)s accounts", number
        ) % {"n": thin(number)}
        return _confirm(request, chosen, heading, words)
    with errors_shown_as_message(request):
        try:
            done = services.mail_password_links(request.actor, [user.pk for user in chosen])
        except ApprovalNeeded as needed:
            messages.error(request, str(needed))
        else:
            said = ngettext("%(n)s person gets a link.", "%(n)s people get a link.", done)
            messages.success(request, said % {"n": thin(done)})
    return redirect("users")


@page(Permission.ADMIN, writes=True)
@require_POST
def write(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request)
    if not can_send():
        messages.warning(request, gettext("The hub sends no e-mail at the moment, so nothing can be sent."))
        return redirect("users")
    sent = request.POST if posted.flag(request, "sure") else None
    form = SelectedMailForm(sent, initial=_initial(chosen))
    if form.is_valid():
        to = services.Recipients(user_ids=tuple(user.pk for user in chosen))
        with errors_shown_in(form):
            try:
                done = services.write_to_users(
                    request.actor, to, form.cleaned_data["subject"], form.cleaned_data["body"]
                )
            except (NotFound, TooManyMessages) as refused:
                form.add_error(None, str(refused))
            else:
                said = ngettext("Sent to %(n)s person.", "Sent to %(n)s people.", done)
                messages.success(request, said % {"n": thin(done)})
                return redirect("users")
    number = len(chosen)
    heading = ngettext("Write to %(n)s person", "Write to %(n)s people", number) % {"n": thin(number)}
    return edit_page(request, form, heading, _parents(), save=gettext("Send"), things=_people(chosen))


def _switch(request: PageRequest, chosen: list[User], *, off: bool) -> HttpResponse:
    changed = [user.pk for user in chosen if user.disabled is not off]
    with errors_shown_as_message(request):
        try:
            services.switch_field(request.actor, [user.pk for user in chosen], "disabled", off)
        except ApprovalNeeded as needed:
            messages.error(request, str(needed))
        else:
            _say(request, _switched_words(len(changed), off=off), "users_on" if off else "users_off", changed)
    return redirect("users")


def _switched_words(changed: int, *, off: bool) -> str:
    if off:
        said = ngettext("%(n)s account has been disabled.", "%(n)s accounts have been disabled.", changed)
        nothing = gettext("All of them are disabled already.")
    else:
        said = ngettext("%(n)s account has been enabled.", "%(n)s accounts have been enabled.", changed)
        nothing = gettext("All of them are enabled already.")
    return said % {"n": thin(changed)} if changed else nothing


def _say(request: PageRequest, said: str, undo: str, changed: list[Any]) -> None:
    if changed:
        say_with_undo(request, said, undo, pk=changed, sure="1")
    else:
        messages.success(request, said)


def _chosen(request: PageRequest) -> list[User]:
    """Raises NotFound without a selection, and for what the actor may not see."""
    ids = set(posted.numbers(request, "pk")[: MOST_SELECTED + 1])
    users = selected_users(request.actor, ids)
    if not users or len(users) != len(ids) or len(users) > MOST_SELECTED:
        raise NotFound(AccountProblem.NOT_FOUND())
    return users


def _initial(chosen: list[User]) -> dict[str, Any]:
    return {"pk": [str(user.pk) for user in chosen], "sure": "1"}


def _people(chosen: list[User]) -> list[str]:
    return [f"{user.email} ({user.org.name})" for user in chosen]


def _confirm(request: PageRequest, chosen: list[User], heading: str, words: str) -> HttpResponse:
    fields = [*(("pk", user.pk) for user in chosen), ("sure", "1")]
    return confirm_page(
        request, heading, _parents(), words, fields=fields, things=_people(chosen), deletes=False
    )


def _parents() -> list[Crumb]:
    return [(gettext("Users and keys"), reverse("users"))]
