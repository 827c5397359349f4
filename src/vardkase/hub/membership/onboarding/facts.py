"""Facts about a member's connection, collected from the responsible packages; nothing is ticked off manually."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.core.clock import now_seconds
from vardkase.exchange.servers.models import ConnectionHealth, Server
from vardkase.hub.membership.agreements.models import Acceptance
from vardkase.hub.membership.agreements.queries import acceptance_of
from vardkase.hub.membership.members.answers import uuid_of
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import coming_sign_in
from vardkase.hub.membership.onboarding.models import MemberLink
from vardkase.hub.membership.onboarding.sign_in import lacking_sign_in
from vardkase.hub.membership.statements.models import Statement, StatementState
from vardkase.hub.membership.statements.queries import current, open_statement
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.policy.queries import policy_in_force
from vardkase.hub.training.queries import trained_users
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.queries import active_users
from vardkase.identity.organisations.models import Organisation, SignInRule
from vardkase.identity.sign_in_policy.models import ApiRequirements, ClientCertificate


@dataclass(frozen=True)
class OnboardingFacts:
    """The connection state of one member; each fact is queried at most once."""

    membership: Membership

    @cached_property
    def organisation(self) -> Organisation:
        return Organisation.objects.get(pk=self.membership.organisation_id)

    @cached_property
    def namesake(self) -> Organisation | None:
        """Another organisation with the name or UUID from the application: possibly the same one."""
        application = self.membership.application
        if application is None:
            return None
        same = Q(name__iexact=application.organisation_name)
        if self.other_uuid:
            same |= Q(uuid=self.other_uuid)
        others = Organisation.objects.filter(same, membership=None).exclude(
            pk=self.membership.organisation_id
        )
        return others.first()

    @cached_property
    def other_uuid(self) -> str:
        """The UUID in the member's own MISP, if it differs from the one here."""
        application = self.membership.application
        given = uuid_of(application.answers) if application else ""
        return given if given != str(self.organisation.uuid) else ""

    @cached_property
    def requirements(self) -> ApiRequirements | None:
        return ApiRequirements.objects.filter(org=self.organisation).first()

    @cached_property
    def administrators(self) -> list[User]:
        return list(self._people().filter(role__perm_admin=True).select_related("role").order_by("pk"))

    @cached_property
    def settled_administrator(self) -> User | None:
        # Recovery codes alone are no second factor.
        with_second = set(
            Authenticator.objects.filter(user__in=self.administrators)
            .exclude(type=Authenticator.Type.RECOVERY_CODES)
            .values_list("user_id", flat=True)
        )
        for user in self.administrators:
            has_chosen = user.last_pw_change is not None and not user.change_pw
            if has_chosen and (user.pk in with_second or user.role.perm_skip_otp):
                return user
        return None

    @cached_property
    def certificates(self) -> list[ClientCertificate]:
        return list(self.organisation.client_certificates.order_by("pk"))

    @cached_property
    def valid_certificates(self) -> list[ClientCertificate]:
        now = timezone.now()
        return [
            certificate
            for certificate in self.certificates
            if certificate.ends is None or certificate.ends > now
        ]

    @cached_property
    def sync_users(self) -> list[User]:
        return list(self._people().filter(role__perm_sync=True, role__perm_admin=False).order_by("pk"))

    @cached_property
    def bound_key(self) -> AuthKey | None:
        """The newest valid key of a sync user that is bound to addresses and has an expiry date."""
        keys = AuthKey.objects.filter(
            user__in=self.sync_users, expiration__gt=now_seconds(), allowed_ips__len__gt=0
        )
        return keys.select_related("user").order_by("-pk").first()

    @cached_property
    def required_sign_in(self) -> frozenset[str]:
        """The sign-in rules (`SignInRule`) of the organisation; during onboarding, those required from
        activation."""
        return frozenset(coming_sign_in(self.membership)["required_sign_in"])

    @cached_property
    def sign_in_lacks(self) -> list[str]:
        key_days = int(coming_sign_in(self.membership)["required_key_days"])
        return lacking_sign_in(self.organisation, self.required_sign_in, key_days)

    @cached_property
    def lacks_source(self) -> bool:
        """Whether a network or a client certificate is required, and neither is registered."""
        has_one = bool(self.organisation.networks or self.valid_certificates)
        return SignInRule.SOURCE in self.required_sign_in and not has_one

    @cached_property
    def waiting_key(self) -> MemberLink | None:
        links = self.membership.links.filter(
            purpose=MemberLink.Purpose.KEY, used=None, expires__gt=timezone.now()
        )
        return links.select_related("user").order_by("-pk").first()

    @cached_property
    def last_call(self) -> datetime | None:
        seconds = self.bound_key.last_used if self.bound_key else None
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    @cached_property
    def server(self) -> Server | None:
        return Server.objects.filter(remote_org=self.organisation).order_by("priority").first()

    @cached_property
    def server_standing(self) -> ConnectionHealth | None:
        return ConnectionHealth.objects.filter(server=self.server).first() if self.server else None

    @cached_property
    def policy_version(self) -> int | None:
        policy = policy_in_force(self.organisation.pk)
        return policy.number if policy else None

    @cached_property
    def accepted_terms(self) -> Acceptance | None:
        return acceptance_of(self.membership, current_terms().version)

    @cached_property
    def statement(self) -> Statement | None:
        return current(self.membership)

    @cached_property
    def has_handed_in(self) -> bool:
        statement = open_statement(self.membership)
        return statement is not None and statement.state == StatementState.SUBMITTED

    @cached_property
    def trained(self) -> int:
        return trained_users(self.organisation.pk).count()

    @cached_property
    def people(self) -> int:
        return self._people().filter(role__perm_sync=False).count()

    def _people(self) -> QuerySet[User]:
        # Accounts of connections to other hubs (`server_id`) are nobody's, except the member's own sync users.
        return active_users().filter(Q(server_id=0) | Q(role__perm_sync=True), org=self.organisation)
