"""Mail about published events: recipients and content."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pysequoia import Tsk

from tests.factories import make_event
from tests.factories.notification_mails import alerted, kept_back, put, saved
from tests.factories.seed import ApiUser, Seed
from tests.support.mail_server import MailServer
from vardkase.core.mail.hooks import MailSettled, mail_settled
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import send
from vardkase.core.openpgp.problems import MailKeyProblem
from vardkase.core.problems import stored_wire
from vardkase.exchange.notification_mails.alerts import send_alerts
from vardkase.exchange.outbox.models import Delivery
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Event


@pytest.mark.usefixtures("subscribed_users")
def test_alerts_contain_only_what_the_recipient_may_read(seed: Seed, event: Event, settings: Any) -> None:
    settings.BASE_URL = "https://hub.example"
    mails = alerted(event)
    assert len(mails) == User.objects.count()
    seen = {
        seed.analyst: {"only-a", "a-and-b", "everybody", "in-hidden-object"},
        seed.partner: {"a-and-b", "everybody"},
        seed.stranger: {"everybody"},
        seed.site_admin: {"only-a", "a-and-b", "everybody", "in-hidden-object"},
    }
    for api_user, names in seen.items():
        mail = mails[api_user.user.email]
        for name in ("only-a", "a-and-b", "everybody", "in-hidden-object", "deleted"):
            for body in (mail.text, mail.html):
                assert (f"{name}[.]example" in body) == (name in names), (api_user.user.email, name)
        assert ("ours:secret" in mail.text) == (api_user in (seed.analyst, seed.site_admin))
        assert "Phishing wave" in mail.text
        assert f"https://hub.example{reverse('event', args=[event.pk])}" in mail.text


@pytest.mark.usefixtures("subscribed_users")
@pytest.mark.parametrize(
    ("reach", "recipients"),
    [
        ({"distribution": 0}, {"a.example", "hub.example"}),
        ({"distribution": 4, "sharing_group": "group"}, {"a.example", "b.example", "hub.example"}),
        ({"distribution": 3}, {"a.example", "b.example", "c.example", "hub.example"}),
    ],
)
def test_alerts_go_only_to_readers_of_the_event(
    seed: Seed, reach: dict[str, Any], recipients: set[str]
) -> None:
    reach = {name: seed.group if value == "group" else value for name, value in reach.items()}
    event = saved(make_event, seed.org_a, published=True, publish_timestamp=1_800_000_000, **reach)
    assert {address.partition("@")[2] for address in alerted(event)} == recipients


@pytest.mark.usefixtures("subscribed_users")
def test_disabled_expired_unsubscribed_or_suspended_users_get_no_alert(seed: Seed, event: Event) -> None:
    def change(api_user: ApiUser, **fields: Any) -> None:
        User.objects.filter(pk=api_user.user.pk).update(**fields)

    change(seed.colleague, disabled=True)
    change(seed.publisher, expiration=timezone.now() - timedelta(days=1))
    change(seed.reader, autoalert=False)
    Organisation.objects.filter(pk=seed.org_b.pk).update(read_period=NEVER)
    mails = alerted(event)
    for api_user in (seed.colleague, seed.publisher, seed.reader, seed.partner, seed.partner_sync):
        assert api_user.user.email not in mails
    assert seed.analyst.user.email in mails


@pytest.mark.usefixtures("subscribed_users")
@pytest.mark.parametrize("duty", ["operator", "auditor"])
def test_operators_and_auditors_get_no_alerts(seed: Seed, event: Event, duty: str) -> None:
    """Neither about events of their own organisation, nor as site administrators."""
    for api_user in (seed.colleague, seed.site_admin):
        User.objects.filter(pk=api_user.user.pk).update(staff_roles=[duty])
    mails = alerted(event)
    assert seed.analyst.user.email in mails
    assert {seed.colleague.user.email, seed.site_admin.user.email}.isdisjoint(mails)


@pytest.mark.usefixtures("subscribed_users")
def test_each_version_is_alerted_once_and_its_delivery_is_recorded(seed: Seed, event: Event) -> None:
    first = alerted(event)
    assert len(alerted(event)) == len(first)
    mail = first[seed.analyst.user.email]
    for fault, state in (("The mail server does not take the mail (550).", "failed"), ("", "sent")):
        mail_settled.emit(MailSettled(mail.about or {}, fault))
        kept = Delivery.objects.get(kind="mail", receiver_id=seed.analyst.user.pk)
        assert (kept.state, stored_wire(kept.reason)) == (state, fault)
    event.publish_timestamp += 1
    event.save()
    send_alerts(event.pk, event.publish_timestamp - 1)  # Republished since: the new version has its own job.
    assert OutgoingMail.objects.count() == len(first)
    send_alerts(event.pk, event.publish_timestamp)
    assert OutgoingMail.objects.count() == 2 * len(first)
    Event.objects.update(published=False)
    event.publish_timestamp += 1
    assert len(alerted(event)) == len(first)


def test_alerts_need_no_query_per_recipient(
    seed: Seed, event: Event, subscribed_users: MailServer, django_assert_max_num_queries: Any
) -> None:
    role = seed.reader.user.role
    User.objects.bulk_create(
        User(
            email=f"u{n}@x.example",
            org=(seed.org_a, seed.org_b, seed.org_c)[n % 3],
            role=role,
            autoalert=True,
        )
        for n in range(150)
    )
    with django_assert_max_num_queries(60):
        send_alerts(event.pk, event.publish_timestamp)
    assert OutgoingMail.objects.count() == User.objects.count()


@pytest.mark.usefixtures("mail")
def test_unencrypted_alerts_contain_no_event_content(seed: Seed, event: Event) -> None:
    User.objects.filter(pk=seed.analyst.user.pk).update(autoalert=True, language="sv")
    mail = alerted(event)[seed.analyst.user.email]
    assert str(event.uuid) in mail.text
    assert mail.subject == f"Händelse {event.pk} är publicerad – tlp:green"
    for secret in ("Phishing", "example", "ours:"):
        assert secret not in mail.text + mail.subject + mail.html
    put("GnuPG.onlyencrypted", True)
    event.publish_timestamp += 1
    event.save()
    OutgoingMail.objects.all().delete()
    assert not alerted(event)
    assert kept_back(event)[seed.analyst.user.email] == MailKeyProblem.ENCRYPTED_ONLY().wire


def test_encrypted_alert_reveals_nothing_in_its_headers(seed: Seed, event: Event, mail: MailServer) -> None:
    pair = Tsk.generate(user_id="Anna <analyst@a.example>")
    User.objects.filter(pk=seed.analyst.user.pk).update(
        autoalert=True, gpgkey=str(pair.extract_certificate())
    )
    User.objects.filter(pk=seed.partner.user.pk).update(autoalert=True, gpgkey="worn out")
    put("MISP.extended_alert_subject", True)
    mails = alerted(event)
    assert set(mails) == {seed.analyst.user.email}
    assert seed.partner.user.email in kept_back(event)
    send(mails[seed.analyst.user.email])
    [(_, document)] = mail.arrived
    raw = document.as_string()
    for secret in ("Phishing", "everybody", "only-a"):
        assert secret not in raw
    assert document["List-Id"] == "<events.hub.example>"
    assert document["Auto-Submitted"] == "auto-generated"


@pytest.mark.usefixtures("subscribed_users")
def test_event_title_cannot_inject_headers_or_html(seed: Seed, event: Event) -> None:
    put("MISP.extended_alert_subject", True)
    Event.objects.filter(pk=event.pk).update(info="Hi\r\nBcc: all@c.example\r\n\r\n<script>x</script>")
    mail = alerted(event)[seed.stranger.user.email]
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject
    assert "<script>" not in mail.html


@pytest.mark.parametrize(
    ("settings_now", "subject"),
    [
        ({}, "tlp:green"),
        ({"MISP.email_subject_include_tag_name": False}, "green"),
        ({"MISP.email_subject_tag": "nothing-such"}, "tlp:amber"),
        ({"MISP.email_subject_tag": "x", "MISP.email_subject_TLP_string": "Intern"}, "Intern"),
        ({"MISP.extended_alert_subject": True}, "tlp:green: Phishing wave"),
        ({"MISP.email_subject_tag": "ours"}, "tlp:amber"),
    ],
)
@pytest.mark.usefixtures("subscribed_users")
def test_subject_follows_settings(
    seed: Seed, event: Event, settings_now: dict[str, Any], subject: str
) -> None:
    for name, value in settings_now.items():
        put(name, value)
    assert alerted(event)[seed.stranger.user.email].subject.endswith(f"– {subject}")


@pytest.mark.usefixtures("subscribed_users")
def test_metadata_only_setting_leaves_out_attributes(seed: Seed, event: Event) -> None:
    put("MISP.event_alert_metadata_only", True)
    mail = alerted(event)[seed.analyst.user.email]
    assert "Phishing wave" in mail.text
    assert "everybody" not in mail.text


def test_connection_account_gets_no_alert(seed: Seed, subscribed_users: MailServer, event: Event) -> None:
    """It reads by the rules of its connection, which may exclude the event."""
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=1)
    mails = alerted(event)
    assert seed.partner.user.email in mails
    assert seed.partner_sync.user.email not in mails


@pytest.mark.usefixtures("subscribed_users")
def test_multi_line_title_does_not_stop_alerts(seed: Seed, event: Event) -> None:
    """A mail header cannot contain line breaks; unless they are removed, the whole job fails."""
    pair = Tsk.generate(user_id="Anna <analyst@a.example>")
    User.objects.filter(pk=seed.analyst.user.pk).update(gpgkey=str(pair.extract_certificate()))
    Event.objects.filter(pk=event.pk).update(info="Wave\r\nBcc: thief@evil.example\n\nof the week")
    event.refresh_from_db()
    assert {seed.analyst.user.email, seed.stranger.user.email} <= alerted(event).keys()
