"""For each two-person action: who proposes and who approves it, every way to do it, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.content_access import in_browser, operator_of
from tests.factories.memberships import FACTS, Desk, at_the_screen, make_desk, member, opened, staff_of
from tests.factories.seed import ApiUser, Seed
from tests.hub.membership import with_approval
from tests.hub.membership.applications import assessed
from vardkase.core.clock import now_seconds, today
from vardkase.core.mail.models import MailTemplate
from vardkase.core.schedules.models import ScheduledTask
from vardkase.core.settings.models import SettingValue
from vardkase.hub.content_access.models import ContentGrant
from vardkase.hub.content_access.services import ask
from vardkase.hub.correspondence.letters.changing import propose_text
from vardkase.hub.correspondence.letters.wording import APPEAL
from vardkase.hub.correspondence.templates import kind_of
from vardkase.hub.instance.schedules import ScheduleChange, change_schedules
from vardkase.hub.instance.settings import change_setting
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.assessments.services import decisions
from vardkase.hub.membership.members import services as members
from vardkase.hub.membership.members.models import Membership, SignInMinimum
from vardkase.hub.membership.members.services import two_people
from vardkase.hub.membership.members.sign_in_minimum import propose_minimum
from vardkase.hub.membership.phases import queries as phase_queries
from vardkase.hub.membership.phases import services as phases
from vardkase.hub.membership.terms import drafts
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.queries import waiting
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.services.account_approvals import propose_account_change
from vardkase.identity.accounts.services.role_approvals import change_role
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.organisations.models import SignInRule

WHY = "Beslutat i ledningsgruppen."
GRACE, FOLLOW_UP = "Vardkase.statement_grace_days", "statements.follow_up"
LAW = "offence_data"

type Way = tuple[str, dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything needed to try the action: `page` and `api` are an address and its data, None where no such way
    exists; `command` is empty where there is none. `state` is what the action changes.
    """

    proposer: ApiUser
    second: User
    propose: Callable[[Actor], object]
    state: Callable[[], object]
    page: Way = None
    api: Way = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """The people that every setup may use."""

    seed: Seed
    desk: Desk
    jurist: ApiUser

    @property
    def officer(self) -> ApiUser:
        return self.desk.officer

    def by_officers(
        self, propose: Callable[[Actor], object], state: Callable[[], object], **ways: Any
    ) -> Setup:
        return Setup(self.officer, self.jurist.user, propose, state, **ways)


def gather(seed: Seed) -> People:
    desk = make_desk(seed)
    return People(seed, desk, staff_of(seed, "jurist@hub.example", "legal_officer"))


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
    form = {"reason": WHY, "kind": "suspended", "contributions": "They stay."}
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
    return _step(people, "suspend", lambda who: members.suspend(who, org, "suspended", WHY))


def lifting(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    with_approval.suspend(at_the_screen(people.officer), org, "suspended", WHY)
    return _step(people, "restore", lambda who: members.restore(who, org, WHY))


def terminating(people: People) -> Setup:
    org = member(people.desk, people.seed.org_b).organisation_id
    return _step(people, "terminate", lambda who: members.terminate(who, org, WHY, "They stay."))


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


def phase(people: People) -> Setup:
    given = {"opens": "2026-01-01", "reason": WHY}
    return people.by_officers(
        lambda who: phases.propose_change(who, 3, {"opens": "2026-01-01"}, WHY),
        lambda: phase_queries.find_phase(3).opens,
        page=("/membership/phases/3/", given),
        api=("/membershipPhases/edit/3", given),
    )


def _law() -> object:
    return phase_queries.recorded_preconditions()[LAW].since


def _law_of(people: People, propose: Callable[[Actor], object], name: str, form: dict[str, str]) -> Setup:
    return Setup(
        people.jurist,
        people.officer.user,
        propose,
        _law,
        page=(f"/membership/phases/law/{LAW}/", form),
        api=(f"/membershipPhases/{name}/{LAW}", form),
    )


def recording(people: People) -> Setup:
    form = {"since": "2026-01-01", "reference": "SFS 2026:1"}
    since = date(2026, 1, 1)
    return _law_of(
        people, lambda who: phases.propose_in_force(who, LAW, since, "SFS 2026:1"), "inForce", form
    )


def revoking(people: People) -> Setup:
    phase_queries.recorded_preconditions()
    phases.LegalPrecondition.objects.update_or_create(
        name=LAW, defaults={"since": date(2026, 1, 1), "reference": "SFS 2026:1"}
    )
    return _law_of(people, lambda who: phases.propose_revoking(who, LAW, WHY), "revoke", {"reason": WHY})


def terms(people: People) -> Setup:
    drafts.start_draft(at_the_screen(people.officer))
    day = today() + timedelta(days=60)
    given = {"version": "2", "answer_by": day.isoformat(), "reason": WHY}
    return people.by_officers(
        lambda who: propose_publishing(who, 2, day, WHY),
        lambda: current_terms().version,
        page=("/terms-and-criteria/draft/publish/", given),
        api=("/membershipTerms/publish", given),
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
    "activate_with_open_items": activating,
    "appoint_officer": appointing,
    "appoint_officer_when_none_is_left": beginning_again,
    "change_account_of_only_officer": account_of_the_last,
    "change_appeal_text": appeal_text,
    "change_letter_text": letter_text,
    "change_mail_text": mail_text,
    "change_officer_account": account,
    "change_phase": phase,
    "change_role_of_officers": role_of_officers,
    "change_schedule": schedule,
    "change_setting": setting,
    "decide_application": deciding_on,
    "grant_content_access": access,
    "lift_limits": lifting,
    "limit_membership": limiting,
    "open_membership": opening,
    "publish_terms": terms,
    "record_precondition": recording,
    "revoke_precondition": revoking,
    "sign_in_minimum.change": minimum,
    "terminate_membership": terminating,
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
