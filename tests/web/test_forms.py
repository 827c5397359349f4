"""What is sent is read by a form or by one helper, and what a service refuses is shown where it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.forms import CharField, Form
from django.test import RequestFactory

import vardkase
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.membership.onboarding.actions import CHECKLIST_ACTIONS
from vardkase.web.hub.membership.onboarding.checklist import ITEM_FORMS
from vardkase.web.ui.forms import posted
from vardkase.web.ui.forms.errors import errors_shown_in

PAGES = Path(vardkase.__file__).parent / "web"
SAID = CommonProblem.QUOTED(said="Not like this.")


def test_views_read_a_form_or_ask_the_helper() -> None:
    reading = {
        str(path.relative_to(PAGES))
        for path in PAGES.rglob("*.py")
        if "request.POST.get(" in path.read_text() or "request.POST[" in path.read_text()
    }
    assert reading == {"ui/forms/posted.py"}


def test_what_is_no_text_and_no_number_does_no_harm() -> None:
    sent = {"reason": "be\0cause", "pk": ["7,8", "x", "9" * 30, "", "\u0663"], "hard": "1"}
    request = RequestFactory().post("/", sent)
    assert posted.text(request, "reason") == "because"
    assert posted.text(request, "else", "look") == "look"
    assert posted.numbers(request, "pk") == [7, 8]
    assert (posted.flag(request, "hard"), posted.flag(request, "reason")) == (True, False)


class NameForm(Form):
    name = CharField()


@pytest.mark.parametrize(
    ("refusal", "field"),
    [(Invalid({"name": [SAID]}), "name"), (Invalid({"x": [SAID]}), "__all__"), (Conflict(SAID), "__all__")],
)
def test_what_a_service_refuses_is_shown_in_the_form(refusal: Exception, field: str) -> None:
    form = NameForm({"name": "Anna"})
    assert form.is_valid()
    with errors_shown_in(form):
        raise refusal
    assert dict(form.errors) == {field: [str(SAID)]}


def test_the_checklist_has_a_form_for_each_action_with_its_fields() -> None:
    fields = {name: set(form.base_fields) for name, (form, _) in ITEM_FORMS.items()}
    assert fields == {name: {*action.needs, *action.takes} for name, action in CHECKLIST_ACTIONS.items()}
