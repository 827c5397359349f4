"""Legal rules: a legal officer proposes, another person approves, and every version is kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.applications import make_staff, staff
from tests.factories.seed import Seed
from tests.identity.two_people import approved, at_screen
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.hub.law import queries
from vardkase.hub.law.kinds import Deadline, LegalRuleKind
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.services import propose_change, propose_retiring
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

WHY = "Jämförd med lagtexten den 30 november 2026."
GROUND = {
    "sfs": "2009:400",
    "cited_sv": "19 kap. 1 § OSL",
    "cited_en": "Chapter 19, Section 1 OSL",
    "protects_sv": "Myndighetens affärsverksamhet",
    "protects_en": "The authority's business",
    "harm_test": "straight",
    "years": 20,
    "text_seen": "",
}


@pytest.fixture
def jurist(seed: Seed) -> Actor:
    LegalRuleVersion.objects.all().delete()  # The seed has answered the questions.
    return staff(seed, StaffRole.LEGAL_OFFICER)


@pytest.fixture
def second(seed: Seed) -> User:
    return make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")


def change(jurist: Actor, kind: LegalRuleKind, key: str, **data: Any) -> ApprovalRequest:
    return propose_change(jurist, kind, key, data, WHY)


def test_changed_deadline_applies_once_approved(jurist: Actor, second: User) -> None:
    request = change(jurist, LegalRuleKind.DEADLINE, "hearing", number="3")
    assert queries.find_deadline("hearing").number == 2, "a proposal changes nothing"
    approved(second, request)
    assert queries.find_deadline("hearing").number == 3
    now, delivered = queries.history(LegalRuleKind.DEADLINE, "hearing")
    assert (now.version, now.proposed_by, now.approved_by) == (1, jurist.name, at_screen(second).name)
    assert isinstance(delivered.content, Deadline)
    assert (delivered.version, delivered.content.number) == (0, 2)
    entry = AuditEntry.objects.filter(action="legal_rule.changed").get()
    assert entry.change["content"]["number"] == 3


def test_question_is_answered_with_one_of_its_answers(jurist: Actor, second: User) -> None:
    assert queries.answer("membership_appealable") == ""
    with pytest.raises(Invalid) as refused:
        change(jurist, LegalRuleKind.QUESTION, "membership_appealable", answer="maybe")
    assert "answer" in refused.value.errors
    approved(second, change(jurist, LegalRuleKind.QUESTION, "membership_appealable", answer="yes"))
    assert queries.answer("membership_appealable") == "yes"
    assert len(queries.unanswered(["membership_appealable", "membership_basis"])) == 1


def test_provision_is_confirmed_unchanged_once(jurist: Actor, second: User) -> None:
    approved(second, change(jurist, LegalRuleKind.PROVISION, "fl_32"))
    assert queries.find_rule(LegalRuleKind.PROVISION, "fl_32").version == 1
    with pytest.raises(Invalid):
        change(jurist, LegalRuleKind.PROVISION, "fl_32")


def test_ground_is_added_retired_and_brought_back(jurist: Actor, second: User) -> None:
    approved(second, change(jurist, LegalRuleKind.GROUND, "osl_19_1", **GROUND))
    assert "osl_19_1" in {rule.key for rule in queries.rules(LegalRuleKind.GROUND)}
    approved(second, propose_retiring(jurist, LegalRuleKind.GROUND, "osl_19_1", WHY))
    assert queries.find_rule(LegalRuleKind.GROUND, "osl_19_1").is_retired
    with pytest.raises(Conflict):
        propose_retiring(jurist, LegalRuleKind.GROUND, "osl_19_1", WHY)
    approved(second, change(jurist, LegalRuleKind.GROUND, "osl_19_1"))
    assert [rule.version for rule in queries.history(LegalRuleKind.GROUND, "osl_19_1")] == [3, 2, 1]


def test_provision_that_a_deadline_rests_on_cannot_be_retired(jurist: Actor) -> None:
    with pytest.raises(Conflict):
        propose_retiring(jurist, LegalRuleKind.PROVISION, "fl_44", WHY)


def test_provision_is_not_retired_from_under_a_rule_that_was_proposed_meanwhile(
    jurist: Actor, second: User
) -> None:
    def retiring() -> ApprovalRequest:
        return propose_retiring(jurist, LegalRuleKind.PROVISION, unused, WHY)

    resting = [*queries.rules(LegalRuleKind.DEADLINE), *queries.rules(LegalRuleKind.QUESTION)]
    used = {getattr(each.content, "provision", "") for each in resting}
    unused = next(key for key in queries.provisions() if key not in used)
    retired, changed = retiring(), change(jurist, LegalRuleKind.DEADLINE, "hearing", provision=unused)
    approved(second, changed)
    with pytest.raises(Conflict):
        approved(second, retired)
    assert unused in queries.provisions()
    changed = change(jurist, LegalRuleKind.DEADLINE, "appeal_public", provision=unused)
    LegalRuleVersion.objects.all().delete()
    approved(second, retired)
    with pytest.raises(Conflict):
        approved(second, changed)
    assert queries.find_deadline("appeal_public").provision != unused


@pytest.mark.parametrize(
    ("kind", "key", "data", "field"),
    [
        (LegalRuleKind.DEADLINE, "hearing", {"number": 0}, "number"),
        (LegalRuleKind.DEADLINE, "hearing", {"unit": "prompt"}, "number"),
        (LegalRuleKind.DEADLINE, "hearing", {"number": "-1"}, "number"),
        (LegalRuleKind.DEADLINE, "hearing", {"number": 100_000}, "number"),
        (LegalRuleKind.DEADLINE, "hearing", {"number": True}, "number"),
        (LegalRuleKind.DEADLINE, "hearing", {"unit": "fortnights"}, "unit"),
        (LegalRuleKind.DEADLINE, "hearing", {"provision": "fl_999"}, "provision"),
        (LegalRuleKind.DEADLINE, "hearing", {"title_sv": " "}, "title_sv"),
        (LegalRuleKind.DEADLINE, "hearing", {"title_sv": "a\0b"}, "title_sv"),
        (LegalRuleKind.DEADLINE, "hearing", {"title_sv": ["a"]}, "title_sv"),
        (LegalRuleKind.DEADLINE, "hearing", {"version": 7}, "version"),
        (LegalRuleKind.QUESTION, "membership_basis", {"question_sv": "Annat?"}, "question_sv"),
        (LegalRuleKind.GROUND, "osl_19_1", {"cited_sv": "19 kap. 1 § OSL"}, "protects_sv"),
        (LegalRuleKind.GROUND, "Osl 19:1", GROUND, "key"),
    ],
)
def test_bad_input_is_refused_by_field(
    jurist: Actor, kind: LegalRuleKind, key: str, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        propose_change(jurist, kind, key, data, WHY)
    assert field in refused.value.errors
    assert not ApprovalRequest.objects.exists()


def test_deadlines_and_questions_cannot_be_added(jurist: Actor) -> None:
    with pytest.raises(NotFound):
        change(jurist, LegalRuleKind.DEADLINE, "my_own", number=1)


@pytest.mark.parametrize("role", [StaffRole.MEMBERSHIP_OFFICER, StaffRole.OPERATOR, StaffRole.AUDITOR])
def test_only_legal_officer_proposes(seed: Seed, role: StaffRole) -> None:
    other = staff(seed, role)
    with pytest.raises(Forbidden):
        change(other, LegalRuleKind.DEADLINE, "hearing", number=3)
    with pytest.raises(Forbidden):
        propose_retiring(other, LegalRuleKind.GROUND, "osl_15_1", WHY)
    with pytest.raises(Forbidden):
        change(seed.site_admin.actor, LegalRuleKind.DEADLINE, "hearing", number=3)
    assert not ApprovalRequest.objects.exists()


def test_rules_are_read_and_changed_over_the_api(seed: Seed, jurist: Actor, second: User) -> None:
    officer_key = make_key(second)
    key = make_key(User.objects.get(pk=jurist.user_id))
    listed = call(key, "GET", "/legalRules/index")[1]
    assert {each["LegalRule"]["kind"] for each in listed} == {str(kind) for kind in LegalRuleKind}
    change = {"content": {"number": 3}, "reason": WHY}
    assert call(officer_key, "POST", "/legalRules/edit/deadlines/hearing", change)[0] == 403
    assert (
        call(key, "POST", "/legalRules/edit/deadlines/hearing", {"content": {"number": "x"}, "reason": WHY})[
            0
        ]
        == 403
    )
    assert call(key, "POST", "/legalRules/edit/deadlines/hearing", change | {"reason": ""})[0] == 403
    assert call(key, "POST", "/legalRules/edit/deadlines/hearing", change)[0] == 200
    approved(second)
    versions = call(officer_key, "GET", "/legalRules/view/deadlines/hearing")[1]
    assert [each["LegalRule"]["content"]["number"] for each in versions] == [3, 2]
    assert call(key, "GET", "/legalRules/view/statutes/x")[0] == 404
    assert call(key, "POST", "/legalRules/retire/grounds/osl_15_1", {"reason": WHY})[0] == 200
    assert call(seed.org_admin.key, "GET", "/legalRules/index")[0] == 403
