"""Connected authorities: the members (and the hub owner) to which what is published on the hub is made available.

Which legal forms are authorities is a rule in `hub.law`; where the form leaves it open, a legal officer decides for
each member. What follows is stored as periods, in the transaction that changes the membership, rule or decision.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.law.kinds import AuthorityRule, LegalForm, LegalRuleKind
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.queries import provisions, rules
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.rules import refuse_interest
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.profiles import Profile, profile
from vardkase.hub.public_records.problems import PublicRecordsProblem
from vardkase.hub.public_records.received.models import AuthorityDecision
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.hooks import StandingChanged
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import host_organisation_id

LONGEST_REASON = 2000
REASON_FROM = 10


@dataclass(frozen=True, slots=True)
class ConnectedAuthority:
    """An organisation that is, was or may be a connected authority.

    `since` is when it first was; `is_connected`: it is one now and can read. `is_authority` is None where a legal
    officer has to decide and has not. `provision` is a key of `hub.law`.
    """

    organisation_id: int
    name: str
    legal_form: str
    is_authority: bool | None
    is_connected: bool
    provision: str
    since: datetime | None
    needs_decision: bool
    reason: str
    decided_by: str
    decided_at: datetime | None


def is_connected_authority(organisation_id: int) -> bool:
    """Whether what is published now is received by this organisation as an authority."""
    return cursor().execute(CONNECTED, {"org": organisation_id}).fetchone() is not None


def has_register(organisation_id: int) -> bool:
    """Whether it is or has been a connected authority."""
    return cursor().execute(EVER, {"org": organisation_id}).fetchone() is not None


def connected_authorities() -> list[ConnectedAuthority]:
    """Those that are or were connected, and those for which a legal officer has to decide; by name."""
    rows = cursor().execute(AUTHORITIES, _facts(None)).fetchall()
    return [ConnectedAuthority(*row) for row in rows]


def find_authority(organisation_id: int) -> ConnectedAuthority:
    found = (one for one in connected_authorities() if one.organisation_id == organisation_id)
    authority = next(found, None)
    if authority is None:
        raise NotFound(PublicRecordsProblem.NO_SUCH_AUTHORITY())
    return authority


@transaction.atomic
def decide_authority(
    actor: Actor, organisation_id: int, *, is_authority: bool, provision: str, reason: str
) -> AuthorityDecision:
    """Decide whether a member whose legal form leaves it open is an authority.

    Raises Forbidden unless the actor is a legal officer without an interest in the member, NotFound, Invalid by field.
    """
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)
    if not find_authority(organisation_id).needs_decision:
        raise Invalid({"is_authority": [PublicRecordsProblem.FORM_DECIDES()]})
    refuse_interest(actor, organisation_id)
    errors = {}
    text = reason.strip()
    if not REASON_FROM <= len(text) <= LONGEST_REASON or "\0" in text:
        errors["reason"] = [PublicRecordsProblem.REASON_NEEDED(least=REASON_FROM, most=LONGEST_REASON)]
    if provision not in provisions():
        errors["provision"] = [PublicRecordsProblem.NO_SUCH_PROVISION()]
    if errors:
        raise Invalid(errors)
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    decision = AuthorityDecision.objects.create(
        organisation=organisation,
        is_authority=is_authority,
        provision=provision,
        reason=text,
        decided_by=actor.name,
    )
    record(
        actor,
        RecordsAction.AUTHORITY_DECIDED,
        Target.of(organisation),
        {"is_authority": is_authority, "provision": provision, "reason": text},
    )
    follow({organisation_id})
    return decision


def follow(organisation_ids: Collection[int] | None = None) -> int:
    """Bring the periods of these organisations and of the hub owner (None: of all) up to date; returns how many
    rows changed.

    Periods that have begun are only ever ended. The first begins when the membership was activated: the organisation
    was an authority then, whether or not the hub knew. A member's own platform makes nothing available to authorities.
    """
    if profile() is not Profile.HUB:
        return 0
    facts = _facts(organisation_ids)
    changed = 0
    for statement in (FORGET_FUTURE, END, BEGIN):
        changed += cursor().execute(statement, facts).rowcount
    return changed


def follow_membership(membership: Membership) -> None:
    follow({membership.organisation_id})


def follow_standing(changed: StandingChanged) -> None:
    follow({changed.organisation_id})


def follow_hub_owner(_actor: object) -> None:
    follow(())


def follow_rule(rule: LegalRuleVersion) -> None:
    if rule.kind == LegalRuleKind.LEGAL_FORM:
        follow()


def _facts(organisation_ids: Collection[int] | None) -> dict[str, object]:
    forms = rules(LegalRuleKind.LEGAL_FORM)
    contents = [cast(LegalForm, rule.content) for rule in forms]
    return {
        "all": organisation_ids is None,
        # The hub owner has no membership whose changes would be told.
        "ids": sorted({*(organisation_ids or ()), host_organisation_id() or 0}),
        "host": host_organisation_id() or 0,
        "host_form": Sector.STATE_AUTHORITY.value,
        "forms": [rule.key for rule in forms],
        "versions": [rule.version for rule in forms],
        "answers": [content.is_authority for content in contents],
        "provisions": [content.provision for content in contents],
        "yes": AuthorityRule.YES.value,
        "each": AuthorityRule.EACH.value,
        "ended": MembershipState.TERMINATED.value,
    }


CONNECTED = """
SELECT 1 FROM connected_authority_period WHERE organisation_id = %(org)s AND period @> statement_timestamp() LIMIT 1
"""
EVER = "SELECT 1 FROM connected_authority_period WHERE organisation_id = %(org)s LIMIT 1"

# What the law makes of each member now. The hub owner is an authority without a membership.
CANDIDATES = """
WITH form AS (
    SELECT * FROM unnest(%(forms)s::text[], %(versions)s::int[], %(answers)s::text[], %(provisions)s::text[])
        AS form (legal_form, rule_version, answer, provision)
), party AS (
    SELECT o.id, o.name, o.read_period, m.sector AS legal_form, m.state <> %(ended)s AS is_member,
        coalesce(m.activated, m.began) AS began
    FROM membership m JOIN organisation o ON o.id = m.organisation_id
    UNION ALL
    SELECT o.id, o.name, o.read_period, %(host_form)s, TRUE, o.date_created
    FROM organisation o WHERE o.id = %(host)s AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.organisation_id = o.id)
), candidate AS (
    SELECT p.*, f.rule_version, f.answer, CASE WHEN f.answer = %(each)s AND d.id IS NOT NULL THEN d.provision
            ELSE f.provision END AS provision,
        CASE WHEN f.answer = %(each)s THEN d.is_authority ELSE f.answer = %(yes)s END AS is_authority,
        d.reason, d.decided_by, d.at AS decided_at
    FROM party p JOIN form f ON f.legal_form = p.legal_form
    LEFT JOIN LATERAL (
        SELECT * FROM authority_decision d WHERE d.organisation_id = p.id ORDER BY d.id DESC LIMIT 1
    ) d ON TRUE
    WHERE %(all)s OR p.id = ANY(%(ids)s::bigint[])
), wanted AS (
    SELECT c.*, c.read_period * tstzrange(statement_timestamp(), NULL) AS period FROM candidate c
    WHERE c.is_member AND c.is_authority AND NOT isempty(c.read_period * tstzrange(statement_timestamp(), NULL))
)
"""
SAME = """w.id = p.organisation_id AND w.legal_form = p.legal_form AND w.provision = p.provision
    AND upper(w.period) IS NOT DISTINCT FROM upper(p.period)"""
FORGET_FUTURE = """
DELETE FROM connected_authority_period
WHERE lower(period) > statement_timestamp() AND (%(all)s OR organisation_id = ANY(%(ids)s::bigint[]))
"""
END = f"""
{CANDIDATES}
UPDATE connected_authority_period p SET period = tstzrange(lower(p.period), statement_timestamp())
WHERE p.period @> statement_timestamp() AND (%(all)s OR p.organisation_id = ANY(%(ids)s::bigint[]))
    AND NOT EXISTS (SELECT 1 FROM wanted w WHERE {SAME} AND lower(w.period) <= statement_timestamp())
"""
BEGIN = f"""
{CANDIDATES}
INSERT INTO connected_authority_period (organisation_id, legal_form, rule_version, provision, period)
SELECT w.id, w.legal_form, w.rule_version, w.provision, CASE
    WHEN lower(w.period) <= statement_timestamp()
        AND NOT EXISTS (SELECT 1 FROM connected_authority_period p WHERE p.organisation_id = w.id)
    THEN tstzrange(least(w.began, statement_timestamp()), upper(w.period)) ELSE w.period END
FROM wanted w WHERE NOT EXISTS (
    SELECT 1 FROM connected_authority_period p WHERE {SAME} AND p.period @> statement_timestamp())
"""
AUTHORITIES = f"""
{CANDIDATES}
SELECT c.id, c.name, c.legal_form, c.is_authority, coalesce(h.is_connected, FALSE), c.provision, h.since,
    c.answer = %(each)s, coalesce(c.reason, ''), coalesce(c.decided_by, ''), c.decided_at
FROM candidate c LEFT JOIN (
    SELECT organisation_id, min(lower(period)) AS since, bool_or(period @> statement_timestamp()) AS is_connected
    FROM connected_authority_period GROUP BY organisation_id
) h ON h.organisation_id = c.id
WHERE h.since IS NOT NULL OR c.is_member AND (c.is_authority OR c.answer = %(each)s) ORDER BY lower(c.name), c.id
"""
