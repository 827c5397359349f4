"""Queries for users, roles and keys: users see their own, administrators those of their organisation."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from vardkase.core.clock import now_seconds
from vardkase.core.errors import NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.problems import AccountProblem, KeyProblem, RoleProblem
from vardkase.identity.accounts.staff import NO_CONTENT_ROLES
from vardkase.identity.organisations.acting import ADMIN, Acting
from vardkase.identity.organisations.queries import Reference, by_reference
from vardkase.identity.organisations.standing import may_now
from vardkase.misp.flags import is_id


def visible_users(actor: Acting) -> QuerySet[User]:
    users = User.objects.select_related("org", "role").order_by("pk")
    if actor.is_site_admin:
        return users
    if ADMIN in actor.permissions:
        return users.filter(org_id=actor.organisation_id)
    return users.filter(pk=actor.user_id or 0)


def selected_users(actor: Acting, ids: Collection[int]) -> list[User]:
    """Those of the accounts that the actor may see, by address."""
    return list(visible_users(actor).filter(pk__in=ids).order_by("email"))


def user_lines(actor: Acting, *, value: str = "", state: str = "") -> QuerySet[User]:
    """`search_users` for lists: with `key_count` (valid keys) and `second_factor`.

    `state` may be "active" or "off" (disabled or expired).
    """
    off = Q(disabled=True) | Q(expiration__lte=Now())
    users = search_users(actor, value=value)
    if state:
        users = users.filter(off if state == "off" else ~off)
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    return users.annotate(key_count=count_of_valid_keys(), second_factor=Exists(factors))


def count_of_valid_keys() -> Coalesce:
    valid = AuthKey.objects.filter(Q(expiration=0) | Q(expiration__gt=now_seconds()), user=OuterRef("pk"))
    counted = valid.order_by().values("user").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def keys_of(actor: Acting, user: User) -> list[AuthKey]:
    return list(visible_keys(actor).filter(user=user).order_by("-pk"))


def find_user(actor: Acting, reference: Reference) -> User:
    text = str(actor.user_id if str(reference) == "me" else reference)
    # Accounts have no uuid on the wire, so only digits are a reference.
    condition = by_reference(text) if text.isdecimal() else None
    user = visible_users(actor).filter(condition).first() if condition is not None else None
    if user is None:
        raise NotFound(AccountProblem.NOT_FOUND())
    return user


def search_users(actor: Acting, *, value: str = "", organisation: str = "", role: str = "") -> QuerySet[User]:
    users = visible_users(actor)
    if value:
        users = users.filter(
            Q(email__icontains=value) | Q(org__name__icontains=value) | Q(role__name__icontains=value)
        )
    if organisation:
        users = users.filter(_named("org", organisation))
    if role:
        users = users.filter(_named("role", role))
    return users


def _named(field: str, text: str) -> Q:
    if is_id(text):
        return Q(**{f"{field}_id": int(text)})
    return Q(**{f"{field}__name__iexact": text})


def roles() -> QuerySet[Role]:
    return Role.objects.order_by("pk")


def find_role(reference: Reference) -> Role:
    text = str(reference)
    condition = by_reference(text) if text.isdecimal() else None
    role = roles().filter(condition).first() if condition is not None else None
    if role is None:
        raise NotFound(RoleProblem.NOT_FOUND())
    return role


def visible_keys(actor: Acting) -> QuerySet[AuthKey]:
    return AuthKey.objects.select_related("user").filter(user__in=visible_users(actor)).order_by("pk")


def find_key(actor: Acting, reference: Reference) -> AuthKey:
    condition = by_reference(reference)
    key = visible_keys(actor).filter(condition).first() if condition is not None else None
    if key is None:
        raise NotFound(KeyProblem.NOT_FOUND())
    return key


def own_keys(actor: Acting) -> list[AuthKey]:
    return list(AuthKey.objects.filter(user_id=actor.user_id or 0).order_by("-pk"))


def own_keys_ending(actor: Acting, within: int) -> list[AuthKey]:
    now = now_seconds()
    ending = AuthKey.objects.filter(
        user_id=actor.user_id or 0, expiration__gt=now, expiration__lte=now + within
    )
    return list(ending.order_by("expiration"))


def find_own_key(actor: Acting, reference: Reference) -> AuthKey:
    key = find_key(actor, reference)
    if key.user_id != actor.user_id:
        raise NotFound(KeyProblem.NOT_FOUND())
    return key


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def active_users() -> QuerySet[User]:
    """Accounts that may sign in now, regardless of actor: for the hub's own tasks, such as sending mail."""
    current = Q(expiration__isnull=True) | Q(expiration__gt=Now())
    return User.objects.filter(current, disabled=False).order_by("pk")


def reading_users() -> QuerySet[User]:
    """Active users who may be notified of shared content: their organisation reads, and no duty forbids it."""
    blind = [duty.value for duty in NO_CONTENT_ROLES]
    return active_users().filter(may_now("read", path="org")).exclude(staff_roles__overlap=blind)


def recipients(users: Iterable[User]) -> list[Recipient]:
    return [Recipient(user.email, user.language) for user in users]


def administrators_to_notify(organisation_id: int) -> list[User]:
    people = active_users().filter(org_id=organisation_id, role__perm_admin=True)
    # Nobody reads the mail of a machine; a site administrator's role has every permission, sync among them.
    return list(people.exclude(role__perm_sync=True, role__perm_site_admin=False))


def emails_of(ids: Iterable[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "email"))


def administrators_of(organisation_id: int) -> dict[str, str]:
    administrators = User.objects.filter(
        org_id=organisation_id, role__perm_admin=True, disabled=False
    ).order_by("pk")
    return {str(pk): email for pk, email in administrators.values_list("pk", "email")}
