"""Settings that affect a document or a mail show up in it."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.sightings import configure
from tests.formats.exporting import export
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.mail.smtp import written
from vardkase.core.openpgp.instance_key import SIGNING_KEY
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.settings import set_unless_set
from vardkase.hub.correspondence.letters.wording import decision_facts


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Plugin.RPZ_walled_garden", "192.0.2.53", "192.0.2.53"),
        ("Plugin.RPZ_serial", "2026010199", "2026010199"),
        ("Plugin.RPZ_refresh", "17m", "17m"),
        ("Plugin.RPZ_retry", "19m", "19m"),
        ("Plugin.RPZ_expiry", "23d", "23d"),
        ("Plugin.RPZ_minimum_ttl", "29m", "29m"),
        ("Plugin.RPZ_ttl", "31m", "31m"),
        ("Plugin.RPZ_ns_alt", "second.example.", "second.example."),
    ],
)
def test_rpz_settings_appear_in_zone(seed: Seed, name: str, value: str, expected: str) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    make_attribute(
        event, type="domain", category="Network activity", value1="bad.example", to_ids=True
    ).save()
    asked = {"policy": "Local-Data"} if name == "Plugin.RPZ_walled_garden" else {}
    before = export(seed.reader.key, "rpz", **asked)
    configure(name, value)
    assert expected not in before
    assert expected in export(seed.reader.key, "rpz", **asked)


def mail() -> bytes:
    return written(OutgoingMail(recipient="a@a.example", subject="s", text="t"))


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("name", "header"), [("MISP.email_from_name", "From"), ("MISP.email_reply_to", "Reply-To")]
)
def test_mail_headers_follow_settings(name: str, header: str) -> None:
    configure(name, "someone@hub.example")
    assert "someone@hub.example" in message_from_bytes(mail())[header]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("signs", [True, False])
def test_gnupg_sign_setting_signs_mail(signs: bool) -> None:
    set_unless_set(SIGNING_KEY, new_secret_key("Hub <hub@hub.example>", 1_700_000_000))
    configure("GnuPG.sign", signs)
    assert (b"BEGIN PGP SIGNATURE" in mail()) is signs


@pytest.mark.usefixtures("db")
def test_service_name_appears_in_letters() -> None:
    configure("Vardkase.service_name", "Navet")
    assert decision_facts("municipality")["service"] == "Navet"
