"""Input is read by a form or one helper, and a service's refusal is shown at its field."""

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


def test_only_helper_reads_post_data() -> None:
    reading = {
        str(path.relative_to(PAGES))
        for path in PAGES.rglob("*.py")
        if "request.POST.get(" in path.read_text() or "request.POST[" in path.read_text()
    }
    assert reading == {"ui/forms/posted.py"}


def test_invalid_text_and_numbers_are_ignored() -> None:
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
def test_service_refusal_is_shown_in_form(refusal: Exception, field: str) -> None:
    form = NameForm({"name": "Anna"})
    assert form.is_valid()
    with errors_shown_in(form):
        raise refusal
    assert dict(form.errors) == {field: [str(SAID)]}


def test_every_checklist_action_has_form_with_its_fields() -> None:
    fields = {name: set(form.base_fields) for name, (form, _) in ITEM_FORMS.items()}
    assert fields == {name: {*action.needs, *action.takes} for name, action in CHECKLIST_ACTIONS.items()}
