"""For each two-person action: who proposes and who approves it, every way to do it, and what it changes."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.content_access import in_browser, operator_of
from tests.factories.memberships import FACTS, at_the_screen, member, opened
from tests.factories.seed import ApiUser
from tests.factories.two_person_backups import BACKUP_SCENES
from tests.factories.two_person_conditions import CONDITION_SCENES
from tests.factories.two_person_legal_actions import LEGAL_SCENES
from tests.factories.two_person_retention import RETENTION_SCENES
from tests.factories.two_person_sealed_links import SEALED_LINK_SCENES
from tests.factories.two_person_setup import WHY, People, Setup
from tests.factories.two_person_spills import SPILL_SCENES
from tests.hub.membership import with_approval
from tests.hub.membership.applications import assessed
from vardkase.core.clock import now_seconds, today
from vardkase.core.mail.models import MailTemplate
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.settings.models import SettingValue
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.services import ReceivedAppeal, carry_out, register_appeal
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.case_files.services import add_document
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.content_access.services import ask
from vardkase.hub.correspondence.letters.changing import propose_text
from vardkase.hub.correspondence.letters.wording import APPEAL
from vardkase.hub.correspondence.templates import kind_of
from vardkase.hub.instance.schedules import ScheduleChange, change_schedules
from vardkase.hub.instance.settings import change_setting
from vardkase.hub.membership.assessments.services import decisions
from vardkase.hub.membership.assessments.services.reopening import reopen
from vardkase.hub.membership.members import services as members
from vardkase.hub.membership.members.models import Membership, SignInMinimum
from vardkase.hub.membership.members.services import two_people
from vardkase.hub.membership.members.sign_in_minimum import propose_minimum
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.queries import waiting
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.services.account_approvals import propose_account_change
from vardkase.identity.accounts.services.role_approvals import change_role
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.organisations.models import SignInRule

GRACE, FOLLOW_UP = "Vardkase.statement_grace_days", "statements.follow_up"


def _memberships() -> object:
    return [
        (each.organisation_id, each.state, each.restrictions.filter(lifted=None).count())
        for each in Membership.objects.order_by("pk")
    ]


def _step(
    people: People, step: str, propose: Callable[[Actor], object], command: tuple[str, ...] = ()
) -> Setup:
    """A step of organisation B's membership, which has begun."""
    org = people.seed.org_b
    review_by = with_approval.in_a_month().isoformat()
    form = {
        "reason": WHY,
        "kind": "suspended",
        "review_by": review_by,
        "contributions": "They stay.",
        "basis": "changed",
    }
    form |= with_approval.ADVERSE
    return people.by_officers(
        propose,
        _memberships,
        page=(f"/members/{org.pk}/step/{step}/", form),
        api=(f"/memberships/{step}/{org.pk}", form),
        command=command,
    )


def activating(people: People) -> Setup:
    membership = opened(people.desk, people.seed.org_b)
    return _step(
        people,
        "activate",
        lambda who: two_people.propose_step(who, two_people.ACTIVATE, membership, WHY, {"open": ["x"]}),
        ("membership", "activate", people.seed.org_b.name, "--reason", WHY),
    )


def limiting(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    return _step(people, "suspend", lambda who: with_approval.proposed_suspension(who, org, "suspended", WHY))


def lifting(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    with_approval.suspend(at_the_screen(people.officer), org, "suspended", WHY)
    return _step(people, "restore", lambda who: members.restore(who, org, WHY))


def terminating(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    return _step(
        people, "terminate", lambda who: members.terminate(who, org, WHY, "They stay.", with_approval.ADVERSE)
    )


def reinstating(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    with_approval.terminate(at_the_screen(people.officer), org, WHY, "They stay.")
    return _step(people, "reinstate", lambda who: members.reinstate(who, org, WHY))


def carrying_out(people: People) -> Setup:
    """The decision of a court that has quashed a suspension."""
    org, officer = member(people.desk, people.seed.org_b).organisation_id, at_the_screen(people.officer)
    with_approval.suspend(officer, org, "suspended", WHY)
    decision = CaseDocument.objects.select_related("case_file").get(letter__kind="letter_suspension")
    given = ReceivedAppeal(appellant="B", claim="Upphäv beslutet.", arrived_on=today())
    appeal = register_appeal(officer, decision.case_file, decision.pk, given)
    add_document(
        officer, decision.case_file, "incoming", "Dom", counterpart="Förvaltningsrätten", text="Upphävt."
    )
    decided = {"state": "decided", "outcome": "quashed", "outcome_on": today(), "court": "Förvaltningsrätten"}
    Appeal.objects.filter(pk=appeal.pk).update(**decided)
    number = decision.case_file.number
    return people.by_officers(
        lambda who: carry_out(who, appeal.pk, WHY),
        _memberships,
        page=(f"/cases/{number}/appeals/{appeal.pk}/carry_out/", {"note": WHY}),
        api=(f"/caseAppeals/step/{number}/{appeal.pk}", {"step": "carry_out", "note": WHY}),
    )


def opening(people: People) -> Setup:
    org = people.seed.org_b
    return people.by_officers(
        lambda who: members.open_membership(who, org, FACTS, WHY),
        _memberships,
        page=("/members/open/", {"organisation": org.pk, "reason": WHY, **FACTS}),
    )


def minimum(people: People) -> Setup:
    rules = [SignInRule.values[0]]
    return people.by_officers(
        lambda who: propose_minimum(who, None, rules, 300, WHY),
        SignInMinimum.objects.count,
        api=("/memberships/signInMinimum", {"rules": rules, "reason": WHY}),
    )


def deciding_on(people: People) -> Setup:
    application = assessed(at_the_screen(people.officer))
    given = {"outcome": "approve", "reasons": WHY}

    def state() -> object:
        application.refresh_from_db()
        return application.state

    number = application.number
    return people.by_officers(
        lambda who: decisions.propose(who, application, "approve", WHY),
        state,
        page=(f"/applications/{number}/propose/", given),
        api=(f"/membershipAssessments/propose/{number}", given),
    )


def reopening_application(people: People) -> Setup:
    officer = at_the_screen(people.officer)
    application = assessed(officer)
    proposal = decisions.propose(officer, application, "reject", WHY)
    decisions.decide(at_the_screen(people.desk.second), application, proposal.pk, "agree")
    application.refresh_from_db()
    given = {"reasons": WHY, "basis": "changed"}

    def state() -> object:
        application.refresh_from_db()
        return application.state

    return people.by_officers(
        lambda who: reopen(who, application, WHY),
        state,
        page=(f"/applications/{application.number}/reopen/", given),
        api=(f"/membershipAssessments/reopen/{application.number}", given),
    )


def _text(people: People, name: str, proposer: ApiUser, second: User, body: str) -> Setup:
    form = {"subject": "Ny rubrik", "body": body, "reason": WHY}
    return Setup(
        proposer,
        second,
        lambda who: propose_text(who, kind_of(name), "sv", "Ny rubrik", body, WHY),
        MailTemplate.objects.count,
        page=(f"/mail/{name}/sv/", form),
    )


def mail_text(people: People) -> Setup:
    return _text(
        people, "content_access_refused", people.officer, people.desk.second.user, "Nej, {name}.\n\n{link}"
    )


def letter_text(people: People) -> Setup:
    return _text(people, "letter_rejection", people.officer, people.jurist.user, "Nej.\n\n{appeal}")


def appeal_text(people: People) -> Setup:
    return _text(people, APPEAL, people.jurist, people.officer.user, "Skriv till {court}.")


def setting(people: People) -> Setup:
    return people.by_officers(
        lambda who: change_setting(who, GRACE, 20, WHY),
        lambda: SettingValue.objects.filter(name=GRACE).exists(),
        api=(f"/servers/serverSettingsEdit/{GRACE}", {"value": 20, "reason": WHY}),
    )


def schedule(people: People) -> Setup:
    return people.by_officers(
        lambda who: change_schedules(who, {FOLLOW_UP: ScheduleChange(paused=True)}, WHY),
        lambda: ScheduledTask.objects.filter(name=FOLLOW_UP, paused=True).exists(),
        page=(
            f"/administration/schedules/{FOLLOW_UP}/",
            {"rhythm": "day", "at": "06:00", "reason": WHY},
        ),
    )


def access(people: People) -> Setup:
    operator = operator_of(people.seed)
    event = make_event(people.seed.org_a, distribution=1, published=True)
    event.save()
    given = {"reason": "Händelsen går inte att öppna.", "hours": 1, "reach": "event", "event": str(event.pk)}
    return Setup(
        operator,
        people.officer.user,
        lambda who: ask(who, **given),  # type: ignore[arg-type]
        lambda: ContentGrant.objects.filter(state="granted").count(),
        page=("/content-access/new/", given),
        api=("/contentAccess/ask", given),
    )


def _duties(user: User) -> Callable[[], object]:
    return lambda: User.objects.get(pk=user.pk).staff_roles


def _appointing(people: People, second: User) -> Setup:
    anna = make_user(people.seed.hub, make_role("New", []), "anna@hub.example")
    return Setup(
        people.seed.site_admin,
        second,
        lambda who: appoint(who, anna, ["legal_officer"], WHY),
        _duties(anna),
        page=(f"/administration/users/{anna.pk}/duties/", {"staff_roles": ["legal_officer"], "reason": WHY}),
        command=("staff", anna.email, "legal_officer", "--reason", WHY),
    )


def appointing(people: People) -> Setup:
    return _appointing(people, people.officer.user)


def _another_site_admin(people: People) -> User:
    return make_user(people.seed.hub, people.seed.site_admin.user.role, "second.admin@hub.example")


def beginning_again(people: People) -> Setup:
    new = [make_user(people.seed.hub, make_role(f"R{n}", []), f"first{n}@hub.example") for n in (1, 2)]
    for each in new:
        request = ApprovalRequest(action="appoint_officer", subject=str(each.pk), title=each.email)
        request.state, request.expires_at = "alone", request.proposed_at
        request.parameters = {"staff_roles": ["membership_officer"]}
        request.save()
    User.objects.filter(staff_roles__overlap=["membership_officer", "legal_officer"]).update(staff_roles=[])
    return _appointing(people, _another_site_admin(people))


def _account(people: People, second: User) -> Setup:
    user = people.officer.user
    make_key(user)
    form = {"change": "keys", "reason": WHY}
    valid = AuthKey.objects.filter(user=user, expiration=0)
    return Setup(
        people.seed.site_admin,
        second,
        lambda who: propose_account_change(who, user, "keys", "", WHY),
        lambda: valid.exclude(expiration__gt=0, expiration__lt=now_seconds()).count(),
        page=(f"/administration/users/{user.pk}/propose/", form),
        api=(f"/admin/users/edit/{user.pk}", {"password": "Long-enough-word-1", "disabled": True}),
    )


def account(people: People) -> Setup:
    return _account(people, people.jurist.user)


def account_of_the_last(people: People) -> Setup:
    others = User.objects.filter(staff_roles__overlap=["membership_officer", "legal_officer"])
    others.exclude(pk=people.officer.user.pk).update(staff_roles=[])
    return _account(people, _another_site_admin(people))


def role_of_officers(people: People) -> Setup:
    role = people.officer.user.role
    given = {"name": role.name, "perm_skip_otp": True, "reason": WHY}
    return Setup(
        people.seed.site_admin,
        people.officer.user,
        lambda who: change_role(who, role, {"perm_skip_otp": True}, WHY),
        lambda: Role.objects.get(pk=role.pk).perm_skip_otp,
        page=(f"/administration/roles/{role.pk}/edit/", given),
        api=(f"/admin/roles/edit/{role.pk}", given),
    )


SCENES: dict[str, Callable[[People], Setup]] = {
    **BACKUP_SCENES,
    **CONDITION_SCENES,
    **LEGAL_SCENES,
    **RETENTION_SCENES,
    **SEALED_LINK_SCENES,
    **SPILL_SCENES,
    "activate_with_open_items": activating,
    "appoint_officer": appointing,
    "appoint_officer_when_none_is_left": beginning_again,
    "carry_out_judgment": carrying_out,
    "change_account_of_only_officer": account_of_the_last,
    "change_appeal_text": appeal_text,
    "change_letter_text": letter_text,
    "change_mail_text": mail_text,
    "change_officer_account": account,
    "change_role_of_officers": role_of_officers,
    "change_schedule": schedule,
    "change_setting": setting,
    "decide_application": deciding_on,
    "grant_content_access": access,
    "lift_limits": lifting,
    "limit_membership": limiting,
    "open_membership": opening,
    "sign_in_minimum.change": minimum,
    "terminate_membership": terminating,
    "reinstate_membership": reinstating,
    "reopen_application": reopening_application,
}
"""Setups by action; a test fails for an action without one."""


def proposed(setup: Setup, actor: Actor) -> ApprovalRequest:
    """The request that results from proposing through the service."""
    setup.propose(actor)
    found = waiting().order_by("-pk").first()
    assert found is not None
    return found


def at_screen(api_user: ApiUser) -> Actor:
    return in_browser(User.objects.select_related("org", "role").get(pk=api_user.user.pk))
