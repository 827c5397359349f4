"""`check` names what keeps the officers from deciding and writing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.utils import timezone
from typer.testing import CliRunner

from tests.factories.memberships import at_the_screen, make_desk, staff_of
from tests.factories.records_cases import OFFICE, TARIFF
from tests.factories.seed import Seed
from vardkase.cli.main import commands
from vardkase.core.clock import today
from vardkase.core.settings.models import SettingValue
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.membership.members.models import SignInMinimum
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.public_records.officers.models import RecordsOffice
from vardkase.hub.signatures.models import SigningCertificate
from vardkase.hub.signatures.services import propose_trial_certificate
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id


def said() -> str:
    answer = CliRunner().invoke(commands, ["check", "--json"])
    return " ".join(json.loads(answer.stdout)["office"])


def test_check_says_what_the_office_lacks(seed: Seed, password_is_enough: None, time_machine: Any) -> None:
    desk = make_desk(seed)
    staff_of(seed, "jurist@hub.example", "legal_officer")
    found = said()
    assert "No certificate is in use" in found
    assert "No sign-in minimum is set for members" in found
    assert "e-mail or phone, court for appeals" in found
    host = Organisation.objects.get(pk=host_organisation_id() or 0)
    RecordsOffice.objects.create(organisation=host, **OFFICE, **TARIFF)
    SignInMinimum.objects.create(membership=None, rules=["second_factor"], key_days=365)
    found = said()
    assert "No sign-in minimum is set for members" not in found
    assert "court for appeals" not in found
    assert "fewer than two officers" not in found
    User.objects.filter(email__in=("jurist@hub.example", desk.second.user.email)).update(staff_roles=[])
    assert "fewer than two officers" in said()
    User.objects.filter(email=desk.second.user.email).update(staff_roles=["membership_officer"])
    assert "No two officers have the duties" in said()
    propose_trial_certificate(at_the_screen(desk.officer), "Prov")
    SigningCertificate.objects.update(in_use_from=timezone.now())
    assert "is for testing" in said()
    SigningCertificate.objects.update(is_trial=False, valid_to=timezone.now() + timedelta(days=3))
    assert "expires on" in said()
    SigningCertificate.objects.update(valid_to=timezone.now() - timedelta(days=3))
    assert "not valid today: letters are not electronically sealed" in said()
    for name in ("Vardkase.letters_must_be_signed", "MISP.disable_emailing"):
        SettingValue.objects.update_or_create(name=name, defaults={"value": True})
    Letter.objects.create(number="M-1:1", kind="x", title="x", thing_kind="x", thing_id=1, content=b"x")
    assert "not been delivered" not in said()
    time_machine.move_to(timezone.now() - timedelta(days=2))
    Letter.objects.create(number="M-1:2", kind="x", title="x", thing_kind="x", thing_id=1, content=b"x")
    time_machine.move_to(timezone.now() + timedelta(days=2))
    gone = today() - timedelta(days=1)
    DecisionRight.objects.create(action="dismiss_appeal", holder="x", first=gone, last=gone, source="x")
    found = said()
    for words in (
        "1 letter has not been delivered",
        "no letter can be written",
        "mail is switched off",
        "Nobody may make these decisions today",
    ):
        assert words in found
