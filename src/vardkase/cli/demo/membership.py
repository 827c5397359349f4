"""Demonstration data for membership: members, applicants, and open cases for the hub's staff.

Like the community, it is created by the services that the pages use, except what takes a year: the statement that is
about to expire is backdated.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from vardkase.cli.demo.statements import state
from vardkase.core.clock import today
from vardkase.core.mail.settings import SENDER_NAME
from vardkase.core.settings import AnySetting, set_unless_set
from vardkase.hub.content_access import services as content_access
from vardkase.hub.correspondence.letters.signatures import sign_as
from vardkase.hub.correspondence.settings import APPEAL_COURT, SENDER_ADDRESS
from vardkase.hub.customer_service import services as customer_service
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.services import propose_change
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.assessments.services.decisions import decide, propose
from vardkase.hub.membership.assessments.services.reviews import assess, review
from vardkase.hub.membership.members import services as members
from vardkase.hub.membership.members.models import Membership, MembershipState, SignInMinimum
from vardkase.hub.membership.members.services.transitions import push
from vardkase.hub.membership.onboarding import services as onboarding
from vardkase.hub.membership.sectors import Connection, Nis2Status, Sector
from vardkase.hub.membership.statements import services as statements
from vardkase.hub.membership.statements.models import Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.hub.membership.themes import MEASURES
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.content_access import for_reading
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.services import approve
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.intel.models import Event
from vardkase.intel.queries.find import find_event

OFFICER, LAWYER = "per.nystrom@navet.example", "johanna.bergdahl@navet.example"
OPERATOR, AUDITOR = "drift@kustdrift.example", "revision@navet.example"
DUTIES = {  # In this order: from the second officer on, an auditor is appointed by two.
    AUDITOR: ("auditor", "", "", ""),
    OPERATOR: ("operator", "", "", ""),
    OFFICER: ("membership_officer", "Per Nyström", "handläggare", "membership officer"),
    LAWYER: ("legal_officer", "Johanna Bergdahl", "jurist", "legal officer"),
}
SENDER: tuple[tuple[AnySetting, str], ...] = (
    (SENDER_NAME, "Demonstrationsmyndigheten"),
    (SENDER_ADDRESS, "Box 1, 123 45 Exempelköping, registrator@navet.example"),
    (APPEAL_COURT, "Förvaltningsrätten i Exempelköping"),
)
"""Who decides, and where an appeal goes: no decision is written without."""
LEGAL_ANSWERS = {
    "membership_appealable": "yes",
    "membership_basis": "Demonstrationsmyndighetens instruktion (påhittad) och punkt 1 i Allmänna villkor",
    "public_party": "yes",
}
ADVERSE = {
    "milder_considered": "Begränsningen är den minst ingripande: högskolan kan fortfarande ta del av allt.",
    "hearing": "needless",
    "hearing_note": "Högskolan bad själv om det den 20 november 2026.",
    "ground": "safety",
    "immediate": "interest",
    "immediate_note": "Det begränsar bara att dela, och hävs så snart nyckeln är utbytt.",
}
ANSWERED = "Chefsjuristens bedömning, påhittad för demonstrationen."
MEMBERS = {
    "Norrviks kommun": (Sector.MUNICIPALITY, Connection.WEB, Nis2Status.ESSENTIAL, "2120009978", "07"),
    "Region Solvik": (Sector.REGION, Connection.BOTH, Nis2Status.ESSENTIAL, "2321009975", "07"),
    "Kustbolaget Energi AB": (Sector.PUBLIC_COMPANY, Connection.WEB, Nis2Status.ESSENTIAL, "5599997011", "08"),
    "Ekelunds högskola": (Sector.STATE_AUTHORITY, Connection.WEB, Nis2Status.IMPORTANT, "2021009978", "14"),
    "Länsstyrelsen i Ekelund": (Sector.STATE_AUTHORITY, Connection.WEB, Nis2Status.ESSENTIAL, "2021009986", "14"),
    "Myndigheten för vattenfrågor": (
        Sector.STATE_AUTHORITY, Connection.API, Nis2Status.ESSENTIAL, "2021009960", "01",
    ),
}  # fmt: skip
"""By name: sector, connection, NIS2 status, organisation number (invented) and county."""
ABOUT_TO_END = ("Region Solvik", 21)
HANDED_IN = "Länsstyrelsen i Ekelund"
# Some may sign in only from these: private networks, from which people look at the demonstration.
NETWORKS = ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"]
FULL = {f"{name}.level": "3" for name in MEASURES}


def add_members(console: Actor, organisations: dict[str, Organisation]) -> None:
    """Assign duties to the staff, make the community's organisations members, and add applications from
    others."""
    for setting, value in SENDER:
        set_unless_set(setting, value)
    for email, (duty, name, title_sv, title_en) in DUTIES.items():
        appoint(console, User.objects.get(email=email), [duty])
        if name:
            sign_as(_acting(email), {"name": name, "title_sv": title_sv, "title_en": title_en})
    for name in MEMBERS:
        _make_member(organisations[name])
    for key, answer in LEGAL_ANSWERS.items():
        proposed = propose_change(_acting(LAWYER), LegalRuleKind.QUESTION, key, {"answer": answer}, ANSWERED)
        approve(_acting(OFFICER), proposed.pk, proposed.digest)
    state(_acting(OFFICER), _acting(LAWYER))
    why = "Högskolans nyckel för att publicera har läckt. Den ska bytas ut innan något mer delas."
    _approved(
        members.suspend(
            _acting(OFFICER),
            organisations["Ekelunds högskola"].pk,
            "read_only",
            why,
            ADVERSE,
            review_by=today() + timedelta(days=60),
        )
    )
    _apply()
    asked = {"kind": "connection", "subject": "Hur byter vi nyckel?", "text": "Vår nyckel går ut i december."}
    customer_service.ask(_acting(_administrator(organisations["Norrviks kommun"]).email), asked)


def _acting(email: str) -> Actor:
    """An actor that has just signed in with a second factor and whose account is not new."""
    User.objects.filter(email=email).update(credentials_set_by_another_at=None)
    return actor_for(User.objects.get(email=email), Credential.BROWSER, confirmed_at=timezone.now())


def _approved(request: ApprovalRequest) -> None:
    approve(_acting(LAWYER), request.pk, request.digest)


def _administrator(organisation: Organisation) -> User:
    return User.objects.filter(org=organisation, role__perm_admin=True).earliest("pk")


def _make_member(organisation: Organisation) -> None:
    sector, connection, nis2, number, county = MEMBERS[organisation.name]
    administrator = _administrator(organisation)
    domain = administrator.email.partition("@")[2]
    contact = {
        "name": administrator.email.partition("@")[0].replace(".", " ").title(),
        "email": administrator.email,
    }
    technical = {"name": "Driftgruppen", "email": f"drift@{domain}"}
    facts = {
        "sector": sector,
        "connection": connection,
        "nis2": nis2,
        "organisation_number": number,
        "county": county,
    }
    details = {"domains": [domain], "contact_main": contact, "contact_technical": technical}
    fields = {**facts, "phase": 1, "details": details}
    _approved(members.open_membership(_acting(OFFICER), organisation, fields, "Var med i piloten."))
    statements.submit_statement(_acting(administrator.email), FULL)
    _approved(propose_review(_acting(OFFICER), organisation.pk, accept=True))
    name, days = ABOUT_TO_END
    if organisation.name == name:
        ends = today() + timedelta(days=days)
        Statement.objects.filter(membership__organisation=organisation).update(
            valid_from=ends - timedelta(days=365), valid_until=ends
        )
        Membership.objects.filter(organisation=organisation).update(statement_until=ends)
    _set_up_sign_in(organisation, domain)
    _active_since_before(organisation)
    if organisation.name == HANDED_IN:
        statements.submit_statement(_acting(administrator.email), FULL)


def _set_up_sign_in(organisation: Organisation, domain: str) -> None:
    now = timezone.now()
    MailDomain.objects.create(
        org=organisation, domain=domain, method=MailDomain.Method.MAIL, mailbox="postmaster",
        token=organisation.uuid.hex, asked=now, verified=now,
        checked=now, seen=now, added_by="demo",
    )  # fmt: skip
    Organisation.objects.filter(pk=organisation.pk).update(verified_domains=[domain], networks=NETWORKS)


def _active_since_before(organisation: Organisation) -> None:
    """Activate a member as from before checklists were introduced; this no longer occurs otherwise."""
    Membership.objects.filter(organisation=organisation).update(
        state=MembershipState.ACTIVE, activated=timezone.now()
    )
    membership = Membership.objects.get(organisation=organisation)
    if membership.connection != Connection.WEB:
        SignInMinimum.objects.create(membership=membership, rules=SignInRule.values)
    push(membership)


def _apply() -> None:
    acting = _acting(OFFICER)
    for document in APPLICANTS:
        import_application(acting, document)
    to_decide, approved = (
        Application.objects.get(organisation_number=number) for number in ("2120009986", "5599997029")
    )
    for application in (to_decide, approved):
        review(acting, application)
        for criterion in criteria_of(application):
            assess(acting, application, criterion.key, "met", "")
        proposal = propose(acting, application, "approve", "Sökanden uppfyller villkoren.")
    decide(_acting(LAWYER), approved, proposal.pk, "agree")
    connecting = Organisation.objects.get(membership__application=approved)
    onboarding.register_networks(_acting(OPERATOR), connecting.pk, ["198.51.100.0/28"])


def read_by_operations(organisation: Organisation) -> None:
    """Past content access of the operator, and a pending request."""
    event = Event.objects.filter(org=organisation, published=True, distribution__in=(1, 2, 3)).earliest("pk")
    why = "Händelsen går inte att exportera till STIX. Felet syns inte i loggen."
    asked = content_access.ask(_acting(OPERATOR), reason=why, hours=2, reach="event", event=str(event.pk))
    content_access.grant_access(
        _acting(LAWYER), asked.pk, hours=1, answer="Avsluta så snart du har sett felet."
    )
    find_event(for_reading(_acting(OPERATOR), "page event"), event.pk)
    content_access.end(_acting(OPERATOR), asked.pk)
    again = "Felet är rättat. Jag behöver se att exporten stämmer."
    content_access.ask(_acting(OPERATOR), reason=again, hours=1, reach="event", event=str(event.pk))


def _document(name: str, number: str, sector: Sector, domain: str, **more: Any) -> dict[str, Any]:
    people = {
        "signatory": ("Karin Ek", "karin.ek"),
        "main": ("Anna Alm", "anna.alm"),
        "technical": ("Olle Björk", "olle.bjork"),
        "security": ("Säkerhetsjour", "jour"),
        "dpo": ("Dag Lind", "dso"),
    }
    contacts = {
        part: {"name": who, "email": f"{mail}@{domain}", "phone": "010-123 45 67"}
        for part, (who, mail) in people.items()
    }
    return {
        "language": "sv",
        "organisation": {
            "name": name, "number": number, "sector": sector.value, "nis2": "essential", "county": "07",
            "street": "Storgatan 1", "postcode": "350 30", "city": "Ekelund", "domains": [domain],
        },
        "contacts": contacts | {"signatory": {**contacts["signatory"], "role": "Chef"}},
        "needs": {
            "technology": {"now": "manual", "target": "automatic"},
            "processes": {"now": "incidents", "target": "sharing"},
            "resources": {"now": "hours", "target": "days"},
            "value": ["warnings", "detection"],
            "contribution": "Vi delar anmälda nätfiskemejl och det vi ser i våra loggar.",
        },
        "security": {measure: {"level": "3"} for measure in MEASURES},
        "connection": {
            "method": "web",
            "reasons": "Vi börjar för hand.",
            "users": 8,
            "networks": ["192.0.2.0/24"],
            **more,
        },
        "terms": {"name": "Karin Ek", "role": "Chef", "version": 1, "accepted": True},
    }  # fmt: skip


APPLICANTS = (
    _document("Havsviks Vind AB", "559999-7037", Sector.PRIVATE_COMPANY, "havsviksvind.example"),
    _document("Västerdals kommun", "212000-9986", Sector.MUNICIPALITY, "vasterdal.example"),
    _document("Sunda Vatten AB", "559999-7029", Sector.PUBLIC_COMPANY, "sundavatten.example"),
    _document("Östanås kommun", "212000-9960", Sector.MUNICIPALITY, "ostanas.example", users=3),
)
