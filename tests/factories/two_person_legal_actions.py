"""Two-person actions on phases, terms, legal preconditions and legal rules."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from tests.factories.memberships import at_the_screen, member
from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.audit.actions import LogAction
from vardkase.audit.chain.archives import archive_before
from vardkase.audit.chain.models import HeldKey
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.hub.audit_log.registering import propose_key
from vardkase.hub.audit_log.removal import propose_removal
from vardkase.hub.law import services as law
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.queries import find_deadline
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.offence_data import services as offence_data
from vardkase.hub.membership.offence_data.models import OffencePermission
from vardkase.hub.membership.phases import queries as phase_queries
from vardkase.hub.membership.phases import services as phases
from vardkase.hub.membership.terms import drafts
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.move_in.approval import propose_run
from vardkase.hub.move_in.models import Move
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.hub.office.bulk_mail.services import propose_bulk_mail
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.delegation.services import NewRight, propose_right
from vardkase.hub.signatures.models import SigningCertificate
from vardkase.hub.signatures.services import propose_trial_certificate
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.job_actors import hub_actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState

LAW = "offence_data"


def phase(people: People) -> Setup:
    given = {"opens": "2026-01-01", "reason": WHY}
    return people.by_officers(
        lambda who: phases.propose_change(who, 3, {"opens": "2026-01-01"}, WHY),
        lambda: phase_queries.find_phase(3).opens,
        page=("/membership/phases/3/", given),
        api=("/membershipPhases/edit/3", given),
    )


def legal_rule(people: People) -> Setup:
    address = f"{LegalRuleKind.DEADLINE}/hearing"
    form = {
        "title_sv": "Yttrande",
        "title_en": "Comments",
        "number": "3",
        "unit": "weeks",
        "counted_from": "dispatch",
        "provision": "fl_25",
        "reason": WHY,
    }
    return Setup(
        people.jurist,
        people.officer.user,
        lambda who: law.propose_change(who, LegalRuleKind.DEADLINE, "hearing", {"number": 3}, WHY),
        lambda: find_deadline("hearing").number,
        page=(f"/law/{address}/change/", form),
        api=(f"/legalRules/edit/{address}", {"content": {"number": 3}, "reason": WHY}),
    )


def delegation(people: People) -> Setup:
    right = NewRight("decide_application", "Beslut 2026-17", today(), duty="legal_officer")
    form = {
        "action": right.action,
        "duty": right.duty,
        "first": today(),
        "source": right.source,
        "reason": WHY,
    }
    return people.by_officers(
        lambda who: propose_right(who, right, WHY),
        DecisionRight.objects.count,
        page=("/office/delegation/new/", form),
    )


def bulk_mail(people: People) -> Setup:
    member(people.desk, people.seed.org_b)
    texts = {"subject_sv": "Möte", "subject_en": "Meeting", "text_sv": "Välkomna.", "text_en": "Welcome."}
    return people.by_officers(
        lambda who: propose_bulk_mail(who, {"role": "main"}, texts, WHY),
        BulkMail.objects.count,
        page=("/office/mail/new/", texts | {"role": "main", "reason": WHY}),
    )


def audit_archive(people: People) -> Setup:
    for _ in range(2):
        record(hub_actor(), LogAction.VERIFIED, Target("audit_log"))
    file = Path(mkdtemp()) / "log.jsonl"
    archive = archive_before(hub_actor(), today() + timedelta(days=2), file)
    return people.by_officers(
        lambda who: propose_removal(who, archive.pk, WHY),
        AuditEntry.objects.filter(action=LogAction.REMOVAL_APPROVED).count,
        page=(f"/administration/audit/archives/{archive.pk}/removal/", {"reason": WHY}),
    )


def audit_key(people: People) -> Setup:
    public_key = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    hub, org = uuid4(), people.seed.org_b
    form = {"organisation": org.pk, "hub": str(hub), "public_key": public_key, "reason": WHY}
    return people.by_officers(
        lambda who: propose_key(who, hub, public_key, org, WHY),
        HeldKey.objects.filter(hub=hub).count,
        page=("/administration/audit/held/register/", form),
    )


def later_move(people: People) -> Setup:
    Move.objects.create(finished_at=timezone.now(), started_by="root")
    files = {"dump": "a" * 64, "settings": "b" * 64, "attachments": "c" * 64}
    return people.by_officers(
        lambda who: propose_run(who, **files, reason=WHY),
        ApprovalRequest.objects.filter(action="move_in_again", state=RequestState.APPROVED).count,
        page=("/administration/move-in/", files | {"reason": WHY}),
        command=("move-in", "--dump", __file__, "--settings", __file__),
    )


def signing_certificate(people: People) -> Setup:
    return people.by_officers(
        lambda who: propose_trial_certificate(who, WHY),
        SigningCertificate.objects.filter(in_use_from__isnull=False).count,
        page=("/signatures/trial/", {"reason": WHY}),
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


def permission(people: People) -> Setup:
    org = people.seed.org_b
    form = {"organisation": org.name, "since": "2026-01-01", "until": "", "reference": "IMY 2026-1"}
    return Setup(
        people.jurist,
        people.officer.user,
        lambda who: offence_data.propose_permission(who, org.pk, date(2026, 1, 1), None, "IMY 2026-1"),
        OffencePermission.objects.filter(organisation=org).count,
        page=("/membership/phases/law/offence_data/permissions/new/", form),
        api=(f"/membershipOffenceData/permit/{org.pk}", {"since": "2026-01-01", "reference": "IMY 2026-1"}),
    )


def ending(people: People) -> Setup:
    held = OffencePermission.objects.create(
        organisation=people.seed.org_b, since=date(2026, 1, 1), reference="IMY 2026-1"
    )
    return Setup(
        people.jurist,
        people.officer.user,
        lambda who: offence_data.propose_ending(who, held.pk, WHY),
        OffencePermission.objects.filter(ended=None).count,
        page=(f"/membership/phases/law/offence_data/permissions/{held.pk}/end/", {"reason": WHY}),
        api=(f"/membershipOffenceData/end/{held.pk}", {"reason": WHY}),
    )


LEGAL_SCENES: dict[str, Callable[[People], Setup]] = {
    "change_legal_rule": legal_rule,
    "change_delegation": delegation,
    "remove_audit_archive": audit_archive,
    "register_audit_key": audit_key,
    "move_in_again": later_move,
    "send_bulk_mail": bulk_mail,
    "use_signing_certificate": signing_certificate,
    "change_phase": phase,
    "end_offence_permission": ending,
    "publish_terms": terms,
    "record_offence_permission": permission,
    "record_precondition": recording,
    "revoke_precondition": revoking,
}
