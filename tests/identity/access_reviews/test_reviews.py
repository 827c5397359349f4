"""Accounts that are not confirmed every 90 days, or not used, are disabled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from tests.api.calls import call
from tests.factories import make_role, make_user
from tests.factories.seed import ORG_ADMIN, Seed
from tests.support.refusals import problem_is
from tests.web.accounts import post_sign_in, with_password
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.settings.models import SettingValue
from vardkase.identity.access.permissions import Credential
from vardkase.identity.access_reviews import services
from vardkase.identity.access_reviews.models import AccessReview, ReviewAnswer
from vardkase.identity.access_reviews.problems import AccessReviewProblem
from vardkase.identity.access_reviews.queries import accounts_of, may_review
from vardkase.identity.access_reviews.schedules import review_accounts
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services import edit_user, switch_field

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english(db: None, settings: Any) -> Iterator[None]:
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    settings.BASE_URL = "https://hub.example"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    with translation.override("en"):
        yield


def set_account_age(days: int = 100, **fields: Any) -> None:
    """Every account was created so many days ago and used yesterday."""
    seen = timezone.now() - DAY
    User.objects.update(
        date_created=timezone.now() - days * DAY,
        last_login=seen,
        last_api_access=seen,
        language="en",
        **fields,
    )


def disabled_state(user: User) -> tuple[bool, str]:
    fresh = User.objects.get(pk=user.pk)
    return fresh.disabled, fresh.disabled_because


def opened(seed: Seed) -> AccessReview:
    """The hub's review of organisation A."""
    set_account_age()
    assert services.open_due_reviews() == 4
    return AccessReview.objects.get(org=seed.org_a)


def pass_due_date() -> None:
    AccessReview.objects.update(due=timezone.now() - DAY)


def test_review_opens_every_ninety_days_and_notifies_administrators(seed: Seed) -> None:
    set_account_age(89)
    assert services.open_due_reviews() == 0
    opened(seed)
    assert services.open_due_reviews() == 0, "one is open"
    services.remind_of_reviews()
    mail = OutgoingMail.objects.get(recipient=seed.org_admin.user.email)
    assert "Confirm the accounts of Organisation A" in mail.subject
    assert "5 accounts" in mail.text
    assert services.remind_of_reviews() == 0, "notified already"
    AccessReview.objects.update(reminded=timezone.now() - 7 * DAY)
    assert services.remind_of_reviews() == 2, "organisations with an administrator: A and the hub"
    AccessReview.objects.update(closed=timezone.now(), opened=timezone.now() - 91 * DAY)
    assert services.open_due_reviews() == 4


def test_reviews_can_be_switched_off(seed: Seed) -> None:
    set_account_age(1000)
    for name in ("Vardkase.access_review_days", "Vardkase.idle_account_days"):
        SettingValue.objects.create(name=name, value=0)
    User.objects.exclude(pk=seed.site_admin.user.pk).update(last_login=None, last_api_access=None)
    assert review_accounts() == 0


def test_administrator_confirms_or_disables_accounts(seed: Seed) -> None:
    review = opened(seed)
    admin = seed.org_admin.actor
    assert services.answer_for(admin, review, [seed.analyst.user.pk], "confirmed") == 1
    assert services.answer_for(admin, review, [seed.reader.user.pk], "disabled") == 1
    assert disabled_state(seed.reader.user) == (True, ""), "an administrator did it"
    lines = {user.email: user.answer for user in accounts_of(review)}
    assert lines[seed.analyst.user.email] == "confirmed"
    assert seed.reader.user.email not in lines
    assert services.answer_for(admin, review, None, "confirmed") == 3
    review.refresh_from_db()
    assert review.closed
    with pytest.raises(Conflict):
        services.answer_for(admin, review, [seed.analyst.user.pk], "disabled")
    assert services.close_overdue_reviews() == 0
    assert [answer.answered_by for answer in review.answers.all()] == [seed.org_admin.user.email] * 5
    assert AuditEntry.objects.filter(action="organisation.accounts_reviewed").count() == 3


def test_administrator_cannot_confirm_self_while_colleague_can(seed: Seed) -> None:
    other = make_user(seed.org_a, make_role("Second admin", ORG_ADMIN), "second@a.example")
    review = opened(seed)
    me = seed.org_admin
    for kind in ("confirmed", "disabled"):
        with pytest.raises(Invalid, check=problem_is(AccessReviewProblem.OWN_ACCOUNT)):
            services.answer_for(me.actor, review, [me.user.pk], kind)
    services.answer_for(me.actor, review, None, "confirmed")
    waiting = [user.email for user in accounts_of(review) if not user.answer]
    assert waiting == [me.user.email], "all but their own"
    User.objects.filter(pk=other.pk).update(disabled=True)
    assert services.answer_for(me.actor, review, None, "confirmed") == 1


def test_review_covers_own_organisation_only(seed: Seed) -> None:
    review = opened(seed)
    with pytest.raises(Invalid, check=problem_is(AccessReviewProblem.NOT_IN_REVIEW)):
        services.answer_for(seed.org_admin.actor, review, [seed.partner.user.pk], "disabled")
    with pytest.raises(Invalid, check=problem_is(AccessReviewProblem.UNKNOWN_ANSWER)):
        services.answer_for(seed.org_admin.actor, review, [seed.analyst.user.pk], "unanswered")
    reads = replace(seed.org_admin.actor, credential=Credential.READ_ONLY_KEY)
    theirs = AccessReview.objects.get(org=seed.org_b)
    for actor, of in (
        (seed.analyst.actor, review),
        (seed.publisher.actor, review),
        (seed.partner.actor, review),
        (seed.org_admin.actor, theirs),
        (reads, review),
    ):
        with pytest.raises(Forbidden):
            services.answer_for(actor, of, [seed.analyst.user.pk], "confirmed")
    assert not ReviewAnswer.objects.exists()
    assert not may_review(seed.partner.actor, seed.org_a.pk)


def test_unconfirmed_account_is_disabled_notified_and_restored(seed: Seed) -> None:
    person = with_password(seed.analyst.user)
    review = opened(seed)
    services.answer_for(seed.org_admin.actor, review, [seed.publisher.user.pk], "confirmed")
    assert services.close_overdue_reviews() == 0, "still within the time limit"
    pass_due_date()
    assert services.close_overdue_reviews() > 0
    assert disabled_state(person) == (True, "unreviewed")
    assert disabled_state(seed.publisher.user) == (False, "")
    assert disabled_state(seed.org_admin.user) == (False, ""), "an administrator has to remain"
    kinds = dict(review.answers.values_list("email", "kind"))
    assert kinds[person.email] == "unanswered"
    assert kinds[seed.org_admin.user.email] == "spared"
    assert (
        "It was not confirmed in your organisation" in OutgoingMail.objects.get(recipient=person.email).text
    )
    assert person.email in OutgoingMail.objects.filter(recipient=seed.org_admin.user.email).latest("pk").text
    status, body = call(seed.analyst.key, "GET", "/servers/getVersion")
    assert (status, "access review" in body["message"]) == (403, True)
    page = post_sign_in(Client(headers={"Accept-Language": "en"}), person.email)
    assert page.headers["Location"] == "/account/inactive/?why=unreviewed"
    assert (
        "access review"
        in Client(headers={"Accept-Language": "en"}).get(page.headers["Location"]).content.decode()
    )
    assert (
        AuditEntry.objects.filter(action="user.entrance_refused", change={"reason": "unreviewed"}).count()
        == 2
    )
    edit_user(seed.org_admin.actor, person, {"disabled": False})
    assert disabled_state(person) == (False, "")
    assert call(seed.analyst.key, "GET", "/servers/getVersion")[0] == 200


def test_last_site_administrator_stays_enabled(seed: Seed) -> None:
    opened(seed)
    pass_due_date()
    services.close_overdue_reviews()
    assert disabled_state(seed.site_admin.user) == (False, "")


def test_idle_account_is_disabled_but_not_right_after_restoring(seed: Seed) -> None:
    set_account_age(400)
    long_ago = timezone.now() - 181 * DAY
    idle = (seed.analyst.user, seed.reader.user)
    User.objects.filter(pk__in=[user.pk for user in idle]).update(
        last_login=long_ago, last_api_access=long_ago
    )
    User.objects.filter(pk=seed.reader.user.pk).update(last_api_access=timezone.now() - DAY)
    assert services.switch_off_idle_accounts() == 1
    assert disabled_state(seed.analyst.user) == (True, "idle")
    assert disabled_state(seed.reader.user) == (False, ""), "its key was used"
    assert "long time" in call(seed.analyst.key, "GET", "/servers/getVersion")[1]["message"]
    switch_field(seed.org_admin.actor, [seed.analyst.user.pk], "disabled", False)
    assert disabled_state(seed.analyst.user) == (False, "")
    assert services.switch_off_idle_accounts() == 0


def test_machine_account_is_judged_by_api_use(seed: Seed) -> None:
    set_account_age(400)
    User.objects.filter(pk=seed.partner_sync.user.pk).update(last_api_access=timezone.now() - 200 * DAY)
    assert services.switch_off_idle_accounts() == 1, "signing in does not count"
    assert disabled_state(seed.partner_sync.user) == (True, "idle")


def test_unused_account_is_judged_by_creation_date(seed: Seed) -> None:
    set_account_age(170)
    User.objects.exclude(pk=seed.site_admin.user.pk).update(last_login=None, last_api_access=None)
    assert services.switch_off_idle_accounts() == 0
    User.objects.update(date_created=timezone.now() - 190 * DAY)
    assert services.switch_off_idle_accounts() == 7, "all but the administrators of the hub and of A"
    assert disabled_state(seed.org_admin.user) == (False, "")


def test_new_account_waits_for_next_review(seed: Seed) -> None:
    review = opened(seed)
    make_user(seed.org_a, seed.analyst.user.role, "new@a.example")
    assert "new@a.example" not in {user.email for user in accounts_of(review)}
    with pytest.raises(Conflict):
        services.open_review(seed.org_admin.actor, seed.org_a)


def test_review_line_shows_account_use(seed: Seed) -> None:
    review = opened(seed)
    AuthKey.objects.filter(user=seed.reader.user).update(expiration=1)
    lines = {user.email: user for user in accounts_of(review)}
    assert lines[seed.analyst.user.email].key_count == 1
    assert lines[seed.reader.user.email].key_count == 0
    assert lines[seed.analyst.user.email].last_seen is not None
