"""Mail of published events: to whom it goes, what it says, and what it never says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pysequoia import Tsk

from tests.factories import make_event
from tests.factories.notices import alerted, kept_back, put, saved
from tests.factories.seed import ApiUser, Seed
from tests.support.mail_server import MailServer
from vardkase.core.mail.hooks import MailSettled, mail_settled
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import send
from vardkase.core.openpgp.problems import MailKeyProblem
from vardkase.core.problems import stored_wire
from vardkase.exchange.notices.alerts import send_alerts
from vardkase.exchange.outbox.models import Delivery
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Event


@pytest.mark.usefixtures("everybody")
def test_everybody_is_told_what_they_may_read_and_nothing_else(seed: Seed, event: Event) -> None:
    mails = alerted(event)
    assert len(mails) == User.objects.count()
    seen = {
        seed.analyst: {"only-a", "a-and-b", "everybody", "in-hidden-object"},
        seed.partner: {"a-and-b", "everybody"},
        seed.stranger: {"everybody"},
        seed.site_admin: {"only-a", "a-and-b", "everybody", "in-hidden-object"},
    }
    for api_user, names in seen.items():
        told = mails[api_user.user.email]
        for name in ("only-a", "a-and-b", "everybody", "in-hidden-object", "deleted"):
            for body in (told.text, told.html):
                assert (f"{name}[.]example" in body) == (name in names), (api_user.user.email, name)
        assert ("ours:secret" in told.text) == (api_user in (seed.analyst, seed.site_admin))
        assert "Phishing wave" in told.text


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize(
    ("reach", "told"),
    [
        ({"distribution": 0}, {"a.example", "hub.example"}),
        ({"distribution": 4, "sharing_group": "group"}, {"a.example", "b.example", "hub.example"}),
        ({"distribution": 3}, {"a.example", "b.example", "c.example", "hub.example"}),
    ],
)
def test_who_may_not_read_the_event_hears_nothing_of_it(
    seed: Seed, reach: dict[str, Any], told: set[str]
) -> None:
    reach = {name: seed.group if value == "group" else value for name, value in reach.items()}
    event = saved(make_event, seed.org_a, published=True, publish_timestamp=1_800_000_000, **reach)
    assert {address.partition("@")[2] for address in alerted(event)} == told


@pytest.mark.usefixtures("everybody")
def test_who_is_off_or_expired_or_may_not_read_or_did_not_ask_gets_none(seed: Seed, event: Event) -> None:
    def change(api_user: ApiUser, **fields: Any) -> None:
        User.objects.filter(pk=api_user.user.pk).update(**fields)

    change(seed.colleague, disabled=True)
    change(seed.publisher, expiration=timezone.now() - timedelta(days=1))
    change(seed.reader, autoalert=False)
    Organisation.objects.filter(pk=seed.org_b.pk).update(read_period=NEVER)
    told = alerted(event)
    for api_user in (seed.colleague, seed.publisher, seed.reader, seed.partner, seed.partner_sync):
        assert api_user.user.email not in told
    assert seed.analyst.user.email in told


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("duty", ["operator", "auditor"])
def test_who_runs_or_audits_the_hub_hears_nothing(seed: Seed, event: Event, duty: str) -> None:
    """Neither of what their own organisation owns, nor as a site administrator."""
    for api_user in (seed.colleague, seed.site_admin):
        User.objects.filter(pk=api_user.user.pk).update(staff_roles=[duty])
    told = alerted(event)
    assert seed.analyst.user.email in told
    assert {seed.colleague.user.email, seed.site_admin.user.email}.isdisjoint(told)


@pytest.mark.usefixtures("everybody")
def test_a_version_is_told_once_and_its_fate_is_kept(seed: Seed, event: Event) -> None:
    first = alerted(event)
    assert len(alerted(event)) == len(first)
    told = first[seed.analyst.user.email]
    for fault, state in (("The mail server does not take the mail (550).", "failed"), ("", "sent")):
        mail_settled.emit(MailSettled(told.about or {}, fault))
        kept = Delivery.objects.get(kind="mail", receiver_id=seed.analyst.user.pk)
        assert (kept.state, stored_wire(kept.reason)) == (state, fault)
    event.publish_timestamp += 1
    event.save()
    send_alerts(event.pk, event.publish_timestamp - 1)  # Published anew since: that has a job of its own.
    assert OutgoingMail.objects.count() == len(first)
    send_alerts(event.pk, event.publish_timestamp)
    assert OutgoingMail.objects.count() == 2 * len(first)
    Event.objects.update(published=False)
    event.publish_timestamp += 1
    assert len(alerted(event)) == len(first)


def test_it_costs_no_query_for_each_person(
    seed: Seed, event: Event, everybody: MailServer, django_assert_max_num_queries: Any
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
def test_in_the_open_an_event_is_only_named(seed: Seed, event: Event) -> None:
    User.objects.filter(pk=seed.analyst.user.pk).update(autoalert=True, language="sv")
    told = alerted(event)[seed.analyst.user.email]
    assert str(event.uuid) in told.text
    assert told.subject == f"Händelse {event.pk} är publicerad – tlp:green"
    for secret in ("Phishing", "example", "ours:"):
        assert secret not in told.text + told.subject + told.html
    put("GnuPG.onlyencrypted", True)
    event.publish_timestamp += 1
    event.save()
    OutgoingMail.objects.all().delete()
    assert not alerted(event)
    assert kept_back(event)[seed.analyst.user.email] == MailKeyProblem.ENCRYPTED_ONLY().wire


def test_an_encrypted_mail_has_the_title_inside_only(seed: Seed, event: Event, mail: MailServer) -> None:
    pair = Tsk.generate(user_id="Anna <analyst@a.example>")
    User.objects.filter(pk=seed.analyst.user.pk).update(
        autoalert=True, gpgkey=str(pair.extract_certificate())
    )
    User.objects.filter(pk=seed.partner.user.pk).update(autoalert=True, gpgkey="worn out")
    put("MISP.extended_alert_subject", True)
    told = alerted(event)
    assert set(told) == {seed.analyst.user.email}
    assert seed.partner.user.email in kept_back(event)
    send(told[seed.analyst.user.email])
    [(_, document)] = mail.arrived
    raw = document.as_string()
    for secret in ("Phishing", "everybody", "only-a"):
        assert secret not in raw
    assert document["List-Id"] == "<events.hub.example>"
    assert document["Auto-Submitted"] == "auto-generated"


@pytest.mark.usefixtures("everybody")
def test_what_somebody_wrote_makes_no_header_and_no_html(seed: Seed, event: Event) -> None:
    put("MISP.extended_alert_subject", True)
    Event.objects.filter(pk=event.pk).update(info="Hi\r\nBcc: all@c.example\r\n\r\n<script>x</script>")
    told = alerted(event)[seed.stranger.user.email]
    assert "\n" not in told.subject
    assert "\r" not in told.subject
    assert "<script>" not in told.html


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
@pytest.mark.usefixtures("everybody")
def test_the_subject(seed: Seed, event: Event, settings_now: dict[str, Any], subject: str) -> None:
    for name, value in settings_now.items():
        put(name, value)
    assert alerted(event)[seed.stranger.user.email].subject.endswith(f"– {subject}")


@pytest.mark.usefixtures("everybody")
def test_metadata_alone(seed: Seed, event: Event) -> None:
    put("MISP.event_alert_metadata_only", True)
    told = alerted(event)[seed.analyst.user.email]
    assert "Phishing wave" in told.text
    assert "everybody" not in told.text


def test_another_hubs_account_is_told_nothing(seed: Seed, everybody: MailServer, event: Event) -> None:
    """It reads by the rules of its connection, which may keep the event back."""
    User.objects.filter(pk=seed.partner_sync.user.pk).update(server_id=1)
    told = alerted(event)
    assert seed.partner.user.email in told
    assert seed.partner_sync.user.email not in told


@pytest.mark.usefixtures("everybody")
def test_a_title_of_several_lines_keeps_nobodys_mail_back(seed: Seed, event: Event) -> None:
    """It would be no header of a mail, and the whole job would fail."""
    pair = Tsk.generate(user_id="Anna <analyst@a.example>")
    User.objects.filter(pk=seed.analyst.user.pk).update(gpgkey=str(pair.extract_certificate()))
    Event.objects.filter(pk=event.pk).update(info="Wave\r\nBcc: thief@evil.example\n\nof the week")
    event.refresh_from_db()
    assert {seed.analyst.user.email, seed.stranger.user.email} <= alerted(event).keys()
