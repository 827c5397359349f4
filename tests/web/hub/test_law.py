"""The pages of legal rules: an officer reads them, a legal officer answers and changes with another's approval."""

from __future__ import annotations

import pytest

from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from vardkase.hub.law import queries
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.identity.accounts.staff import StaffRole

pytestmark = pytest.mark.usefixtures("password_is_enough")
WHY = "Beslutat av chefsjuristen."


def test_legal_officer_answers_and_changes_what_letters_rest_on(seed: Seed) -> None:
    jurist = make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    second = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")
    LegalRuleVersion.objects.all().delete()  # The seed has answered the questions.
    client = signed_in(jurist)
    page = client.get("/law/").content.decode()
    assert "Får beslut om medlemskap överklagas?" in page
    assert "Inte besvarat" in page
    assert "32 § förvaltningslagen (2017:900)" in page

    answer = "/law/questions/membership_appealable/change/"
    assert client.post(answer, {"answer": "kanske", "reason": WHY}).status_code == 422
    assert client.post(answer, {"answer": "yes", "reason": WHY}).status_code == 302
    approved(second)
    shown = client.get("/law/questions/membership_appealable/").content.decode()
    assert WHY in shown
    assert queries.answer("membership_appealable") == "yes"

    given = {
        "key": "osl_19_1",
        "sfs": "2009:400",
        "cited_sv": "19 kap. 1 § OSL",
        "cited_en": "19:1 OSL",
        "protects_sv": "Affärer",
        "protects_en": "Business",
    }
    given |= {"harm_test": "straight", "years": "20", "reason": WHY}
    refused = client.post("/law/grounds/new/", given | {"key": "osl_15_2"})
    assert (refused.status_code, "finns redan" in refused.content.decode()) == (422, True)
    assert client.post("/law/grounds/new/", given).status_code == 302
    approved(second)
    assert client.post("/law/grounds/osl_19_1/retire/", {"reason": WHY}).status_code == 302
    approved(second)
    assert "Ur bruk" in client.get("/law/grounds/osl_19_1/").content.decode()


def test_only_officers_read_and_only_legal_officers_change(seed: Seed) -> None:
    officer = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "officer@hub.example")
    client = signed_in(officer)
    assert client.get("/law/").status_code == 200
    assert client.get("/law/deadlines/hearing/").status_code == 200
    for address in ("deadlines/hearing/change/", "grounds/new/", "grounds/osl_15_1/retire/"):
        assert client.get(f"/law/{address}").status_code == 403
    assert signed_in(seed.org_admin.user).get("/law/").status_code == 403


def test_unknown_rules_and_kinds_are_not_found(seed: Seed) -> None:
    client = signed_in(make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"))
    for address in ("statutes/x/", "deadlines/never/", "deadlines/new/", "provisions/fl_999/change/"):
        assert client.get(f"/law/{address}").status_code == 404, address
