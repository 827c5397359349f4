"""An applicant is asked (23 § förvaltningslagen) or ordered (20 §) to complete an application, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.applications import applicant
from tests.factories.seed import Seed
from tests.hub.membership.applications import assessed, johanna, per, under_review
from tests.hub.membership.test_membership_transitions import letter_words
from tests.identity.two_people import at_screen
from tests.web.accounts import signed_in
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.mail.models import SentMail
from vardkase.hub.correspondence.letters.service import record_service
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.law.working_days import last_day
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.submission import complete
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.assessments.services.reviews import request_completion, resume
from vardkase.hub.membership.overview.tasks import completions_by_deadline
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

pytestmark = pytest.mark.usefixtures("password_is_enough")


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id or 0)


def tasks_of(actor: Actor) -> list[str]:
    return [task.title for task in completions_by_deadline(actor)]


def test_question_is_followed_by_a_decision_as_it_stands(seed: Seed, time_machine: Any) -> None:
    officer = per(seed)
    application = request_completion(officer, assessed(officer), "Vem svarar på natten?", ["contacts"])
    assert application.complete_by == last_day(find_deadline("completion_question"), today())
    words = letter_words(Letter.objects.get())
    assert "Begäran om komplettering" in words
    assert "kan vi avgöra ansökan på det underlag som finns (23 § förvaltningslagen (2017:900))" in words
    assert "avvisa" not in words
    assert tasks_of(officer) == []
    time_machine.move_to(timezone.now() + timedelta(days=30))
    assert tasks_of(officer) == [str(application)]
    with pytest.raises(Invalid, match="inte ett föreläggande"):
        propose(officer, application, "dismiss", "Den är ofullständig.")
    path = f"/applications/{application.number}/"
    page = signed_in(user_of(officer)).get(path).text
    assert "Annars avgörs ansökan på det underlag som finns." in page
    assert "Föreslå avvisning" not in page
    resume(officer, application, "Inget svar har kommit in.")
    assert propose(officer, application, "reject", "Jourkontakt saknas.").outcome == "reject"


def test_order_is_followed_by_dismissal_alone(seed: Seed, mail: Any, time_machine: Any) -> None:
    officer, second = per(seed), johanna(seed)
    application = under_review(officer)
    web, path = signed_in(user_of(officer)), f"/applications/{application.number}/"
    given = {"kind": "order", "text": "Behörig firmatecknare saknas.", "steps": ["contacts"]}
    assert "20 § förvaltningslagen" in letter_words(
        Letter(content=b"".join(web.post(f"{path}completion/preview/", given)))
    )
    assert web.post(f"{path}completion/", given).status_code == 302
    application.refresh_from_db()
    order = Letter.objects.get(kind="letter_order")
    words = letter_words(order)
    for part in (
        "Föreläggande att komplettera ansökan",
        "20 § förvaltningslagen (2017:900)",
        "Behörig firmatecknare saknas.",
        "kan följden bli att vi avvisar ansökan",
        "Bekräfta via er privata länk",
    ):
        assert part in words
    assert tasks_of(officer) == [f"Föreläggande att komplettera: {application}"], "from the day it is sent"

    # Neither before its day, nor while it is not known that it was received, nor in any other way.
    with pytest.raises(Invalid, match="på sig att komplettera"):
        propose(officer, application, "dismiss", "Den kan inte prövas.")
    time_machine.move_to(timezone.now() + timedelta(days=30))
    with pytest.raises(Invalid, match="Anteckna först delgivningen"):
        propose(officer, application, "dismiss", "Den kan inte prövas.")
    web = signed_in(user_of(officer))
    assert "Anteckna först delgivningen" in web.get(path).text
    record_service(officer, order.pk, "receipt", today() - timedelta(days=28), "Anna Ek")
    for refused in (
        lambda: resume(officer, application, "Inget har kommit in."),
        lambda: propose(officer, application, "reject", "Kontakt saknas."),
        lambda: propose(officer, application, "approve", "Det går ändå."),
    ):
        with pytest.raises((Conflict, TransitionRefused)):
            refused()
    assert web.post(f"{path}resume/", {"note": "Inget har kommit in."}).status_code == 422
    api = f"/membershipAssessments/resume/{application.number}"
    assert call(make_key(user_of(officer)), "POST", api, {"note": "Inget kom."})[0] in (403, 409)

    assert web.post(f"{path}dismiss/", {"reasons": ""}).status_code == 422
    assert (
        web.post(f"{path}dismiss/", {"reasons": "Vi vet inte vem som företräder kommunen."}).status_code
        == 302
    )
    proposal = Proposal.objects.get()
    deciding = signed_in(user_of(second))
    page = deciding.get(path).text
    assert "föreslår avvisning" in page
    assert 'value="oppose"' not in page
    second = at_screen(user_of(second))  # confirmed again, a month later
    with pytest.raises(Invalid):
        decide(second, application, proposal.pk, "oppose", "Nej.")
    decide(second, application, proposal.pk, "agree")
    application.refresh_from_db()
    assert application.state == "dismissed"
    words = letter_words(Letter.objects.get(kind="letter_dismissal"))
    for part in (
        "avvisar ansökan",
        f"förelade vi er att komplettera ansökan ({order.number})",
        "Föreläggandet delgavs er den",
        "Behörig firmatecknare saknas.",
        "Vi vet inte vem som företräder kommunen.",
        "20 § förvaltningslagen (2017:900)",
        "Hur ni överklagar",
    ):
        assert part in words
    assert SentMail.objects.filter(kind="application_dismissed").exists()
    assert tasks_of(officer) == []
    assert "beslutade: avvisning" in web.get(path).text


def test_order_that_is_complied_with_late_lets_the_examination_go_on(seed: Seed, time_machine: Any) -> None:
    officer, second = per(seed), johanna(seed)
    application = request_completion(
        officer, assessed(officer), "Bilaga saknas.", ["contacts"], None, "order"
    )
    time_machine.move_to(timezone.now() + timedelta(days=30))
    order = Letter.objects.get(kind="letter_order")
    record_service(officer, order.pk, "receipt", today(), "Anna Ek")
    # Received when its last day had passed: it has no consequence until there is another.
    with pytest.raises(Invalid, match="efter sista dagen eller för nära den"):
        propose(officer, application, "dismiss", "Den kan inte prövas.")
    request_completion(officer, application, "Bilaga saknas ännu.", ["contacts"], None, "order")
    with pytest.raises(Invalid, match="på sig att komplettera"):
        propose(officer, application, "dismiss", "Den kan inte prövas.")
    time_machine.move_to(timezone.now() + timedelta(days=30))
    order = Letter.objects.filter(kind="letter_order").latest("pk")
    officer = at_screen(user_of(officer))
    record_service(officer, order.pk, "receipt", today() - timedelta(days=28), "Anna Ek")
    proposal = propose(officer, application, "dismiss", "Den kan inte prövas.")
    complete(applicant(application), application, "Här är den.")
    with pytest.raises((Conflict, TransitionRefused)):
        decide(at_screen(user_of(second)), application, proposal.pk, "agree")
    assert propose(officer, application, "approve", "Den är komplett.").outcome == "approve"
    again = Application.objects.get()
    assert (again.state, again.completion_kind, again.complete_by) == ("under_review", "", None)
    other = request_completion(
        officer, assessed(officer, organisation_number="2120000183"), "x", ["contacts"], None, "order"
    )
    resume(officer, other, "Kom med rekommenderat brev.", arrived=True)
    with pytest.raises(Invalid) as refused:
        request_completion(officer, other, "Mer.", ["contacts"], None, "threat")
    assert set(refused.value.errors) == {"kind"}
