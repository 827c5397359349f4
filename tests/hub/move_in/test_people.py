"""A MISP moves in: people sign in as before, keys work within their limits, and nothing contacts others."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from tests.hub.move_in import misp
from tests.hub.move_in.command import move_in
from vardkase.audit.models import AuditEntry
from vardkase.cli.main import commands
from vardkase.exchange.feeds.models import HEADERS, Feed
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.hub.move_in.models import Move, SwitchedOff
from vardkase.hub.move_in.readable import as_text
from vardkase.hub.move_in.taking import GAP
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.bookmarks.models import Bookmark
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.web.sign_in import refusals

LATER = "2026-11-29 08:00:00"
pytestmark = pytest.mark.usefixtures("only_people")


def ask(key: str, path: str = "/users/view/me.json", address: str = "192.0.2.9", **body: Any) -> Any:
    headers = {"authorization": key, "accept": "application/json"}
    client = Client(REMOTE_ADDR=address)
    if body:
        return client.post(path, body, content_type="application/json", headers=headers)
    return client.get(path, headers=headers)


def sign_in(email: str, password: str = misp.PASSWORD) -> tuple[Client, str]:
    client = Client()
    answer = client.post("/account/login/", {"login": email, "password": password})
    return client, answer.headers.get("Location", "")


def test_people_keys_and_connections_move(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    logos = tmp_path / "files" / "img" / "orgs"
    logos.mkdir(parents=True)
    for name in ("1.png", "NATO.png", "empty", "other.png"):
        (logos / name).touch()
    files = ("--files", str(tmp_path / "files"))
    rehearsed = move_in(tmp_path, tables, "--dry-run", *files)
    assert not Organisation.objects.exists()
    assert not Move.objects.exists()
    report = move_in(tmp_path, tables, *files)
    assert {name: rehearsed[name] for name in ("taken", "left_out")} == {
        name: report[name] for name in ("taken", "left_out")
    }
    _organisations_and_groups()
    _keys()
    _passwords_and_second_factors()
    _what_is_reported(report, tmp_path)
    _log_of_former_times()
    _nothing_contacts_others_until_told()


def _organisations_and_groups() -> None:
    home, twin = Organisation.objects.get(pk=1), Organisation.objects.get(pk=14)
    assert (home.name, twin.name, str(twin.uuid)) == ("Nordbank", "NORDBANK (14)", misp.PARTNER)
    assert home.contacts == "it@a.example\nÅke 'Ö' \\ \"x\"\ttab 🎣"
    assert Organisation.objects.create(name="Made here").pk >= 16 + GAP
    group = SharingGroup.objects.get(pk=7)
    assert (str(group.uuid), group.roaming, group.members.count()) == (misp.GROUP, True, 2)


def _keys() -> None:
    assert ask(misp.KEYS[1]).json()["User"]["email"] == "admin@admin.test"
    assert AuthKey.objects.get(pk=1).former_hash == ""
    assert ask(misp.KEYS[1]).status_code == 200
    assert ask(misp.KEYS[2], "/events/add", info="x").status_code == 403
    assert ask(misp.KEYS[2]).status_code == 200
    assert ask(misp.KEYS[3]).status_code == 403
    assert ask(misp.KEYS[3], address="10.1.2.3").status_code == 200
    assert "stopped working" in ask(misp.KEYS[4]).json()["message"]
    assert "disabled" in ask(misp.KEYS[5]).json()["message"]
    assert ask("LegacyPlainKey" + "0" * 25 + "8").status_code == 403
    # Who knows how a key begins and ends may not make the hub compare for ever.
    AuthKey.objects.filter(pk=2).update(former_hash=misp.hashed(misp.KEYS[2]), digest=b"0" * 32)
    guess = misp.KEYS[2][:4] + "x" * 32 + misp.KEYS[2][-4:]
    refused = [ask(guess, address="203.0.113.7").status_code for _ in range(12)]
    assert refused[9:] == [403, 429, 429]
    # Others behind the same router use theirs for the first time all the same.
    AuthKey.objects.filter(pk=1).update(former_hash=misp.hashed(misp.KEYS[1]), digest=b"1" * 32)
    assert ask(misp.KEYS[1], address="203.0.113.7").status_code == 200
    assert ask(misp.KEYS[2]).status_code == 200


def _passwords_and_second_factors() -> None:
    person = User.objects.get(pk=8)
    assert person.password.startswith("misp_bcrypt$$2y$")
    _, there = sign_in(person.email)
    assert there == "/"
    person.refresh_from_db()
    assert person.password.startswith("argon2")
    assert sign_in(person.email)[1] == "/"
    assert sign_in(person.email, misp.PASSWORD.lower())[1] == ""
    assert "inactive" in sign_in("off@a.example")[1]
    assert sign_in("old@a.example")[1] == ""
    client, _ = sign_in("must@a.example")
    assert "password/change" in client.get("/events/index").headers["Location"]
    client, there = sign_in("totp@a.example")
    assert there == "/account/second-factor/authenticate/"
    printed = [format_hotp_value(hotp_value(misp.TOTP_SECRET, counter)) for counter in (11, 13)]
    assert client.post(there, {"code": printed[0]}).status_code == 200, "used before"
    assert client.post(there, {"code": printed[1]}).status_code == 302
    assert Authenticator.objects.get(user_id=18).data["hotp_counter"] == 14
    client, there = sign_in("totp@a.example")
    assert client.post(there, {"code": printed[1]}).status_code == 200, "a second time"


def _what_is_reported(report: dict[str, Any], folder: Path) -> None:
    left_out = {entry["kind"]: entry["names"] for entry in report["left_out"]}
    assert left_out["accounts"] == ["lost@a.example"]
    assert left_out["passwords"] == ["old@a.example"]
    assert left_out["logos"] == ["img/orgs/1.png of Nordbank", "img/orgs/other.png"]
    assert left_out["scheduled tasks"] == ["pull_all at 12:00, not repeated"]
    shown = as_text(report)
    assert shown.index("Do this before") < shown.index("passwords:") < shown.index("Taken over")
    assert shown.index("Left out, and why") < shown.index("logos:")
    assert left_out["user settings"] == ["unheard_of of o'brien+x_%&y@a.example"]
    assert left_out["bookmarks"] == ["Bad"]
    assert left_out["certificates of servers"] == ["2.pem of Partner pull"]
    assert left_out["Cerebrate servers"] == ["Cerebrate åäö (https://cerebrate.example)"]
    assert left_out["names of organisations"] == ["NORDBANK → NORDBANK (14)"]
    assert [each["table"] for each in report["not_moved"]] == ["cake_sessions"]
    assert Bookmark.objects.get().url == "/events/view/1"
    file = folder / "report.json"
    file.write_text(json.dumps(report))
    assert CliRunner().invoke(commands, ["move-in", "report", str(file)]).exit_code == 0
    file.write_text(json.dumps(report | {"taken": {"accounts": 1}}))
    assert CliRunner().invoke(commands, ["move-in", "report", str(file)]).exit_code == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'move_in'::regnamespace")
        assert cursor.fetchone() == (0,), "hashes and keys do not stay behind"


def _log_of_former_times() -> None:
    told = CliRunner().invoke(commands, ["move-in", "log", "--kind", "event", "--id", "300", "--json"])
    entry = json.loads(told.stdout)[0]
    assert (entry["who"], entry["address"], entry["change"]) == (
        "o'brien+x_%&y@a.example",
        "192.0.2.5",
        '{"info":["a","b"]}',
    )
    told = CliRunner().invoke(commands, ["move-in", "log", "--kind", "Post", "--id", "300", "--json"])
    assert [(post["who"], post["change"]) for post in json.loads(told.stdout)] == [
        ("o'brien+x_%&y@a.example", "Samma aktör?")
    ]
    assert len(json.loads(CliRunner().invoke(commands, ["move-in", "log", "--json"]).stdout)) == 4
    assert AuditEntry.objects.filter(action="move_in.log_read").count() == 3


def _nothing_contacts_others_until_told() -> None:
    server, feed = Server.objects.get(pk=2), Feed.objects.get(pk=3)
    assert (server.pull, server.caching_enabled, feed.enabled) == (False, False, False)
    assert (KEYS.decrypt(server.encrypted_key), server.lastpulledid) == ("P" * 40, 4711)
    assert server.pull_rules["tags"]["OR"] == ["tlp:white"]
    assert HEADERS.decrypt(feed.encrypted_headers) == "X-Api-Key: secret-1"
    assert set(SwitchedOff.objects.values_list("kind", flat=True)) == {"server", "feed", "mail"}
    only = CliRunner().invoke(commands, ["move-in", "switch-on", "server", "--json"])
    assert json.loads(only.stdout) == [{"kind": "server", "id": 2, "title": "Partner pull"}]
    server.refresh_from_db()
    feed.refresh_from_db()
    assert (server.pull, server.push, server.caching_enabled, feed.enabled) == (True, False, True, False)
    assert AuditEntry.objects.filter(action="move_in.switched_on").count() == 1
    assert CliRunner().invoke(commands, ["move-in", "switch-on", "nothing"]).exit_code == 1


def test_time_of_a_refusal_tells_nothing(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move_in(tmp_path, misp.tables())
    monkeypatch.setattr(refusals, "STEP", 0.25)
    for email in ("totp@a.example", "nobody@a.example"):
        begun = time.monotonic()
        assert sign_in(email, "wrong")[1] == ""
        assert time.monotonic() - begun >= 0.25, email
    costly = "misp_bcrypt$" + misp.hashed("x").replace("$04$", "$31$")
    assert not check_password("x", costly), "it would take days"


def test_second_run_brings_what_changed(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    move_in(tmp_path, tables)
    here = User.objects.get(pk=8)
    here.set_password("A password that was set here 1")
    here.save(update_fields=["password"])
    Organisation.objects.filter(pk=15).update(description="Written here", date_modified="2030-01-01T00:00Z")

    by_number = {user["id"]: user for user in tables["users"]}
    by_number[8] |= {"role_id": 7, "date_modified": misp.SECONDS + 60}
    tables["users"].remove(by_number[24])
    by_number[18] |= {"totp": "K" * 32}
    tables["users"].append(by_number[8] | {"id": 30, "email": "new@a.example"})
    tables["organisations"][0] |= {"sector": "Finance", "date_modified": LATER}
    del tables["auth_keys"][2]
    del tables["sharing_group_orgs"][1]
    report = move_in(tmp_path, tables)

    assert report["taken"]["accounts"] == 2
    data = Authenticator.objects.get(user_id=18).data
    assert get_adapter().decrypt(data["secret"]) == "K" * 32, "the former phone may be lost"
    here.refresh_from_db()
    assert (here.role_id, here.check_password("A password that was set here 1")) == (7, True)
    assert User.objects.get(pk=30).email == "new@a.example"
    assert User.objects.get(pk=24).disabled, "MISP has deleted it"
    assert not AuthKey.objects.filter(pk=3).exists(), "MISP has revoked it"
    assert list(SharingGroupOrg.objects.values_list("org_id", flat=True)) == [1]
    assert Organisation.objects.get(pk=1).sector == "Finance"
    assert Organisation.objects.get(pk=15).description == "Written here"

    by_number[18] |= {"totp": ""}
    move_in(tmp_path, tables)
    assert not Authenticator.objects.filter(user_id=18).exists()

    # Not told by the UUID of the instance alone, which some lack.
    first, *others = tables["organisations"]
    another = tables | {"organisations": [first | {"uuid": misp.GROUP}, *others]}
    assert "another MISP" in str(move_in(tmp_path, another, code=1).exception)
    another = tables | {
        "organisations": [first, *(row | {"uuid": f"{row['id']:08}{misp.GROUP[8:]}"} for row in others)]
    }
    assert "another MISP" in str(move_in(tmp_path, another, code=1).exception)
    without = CliRunner().invoke(commands, ["move-in", "--dump", str(tmp_path / "misp.sql")])
    assert (without.exit_code, "--settings" in without.output) == (2, True)
    other = json.loads(json.dumps(misp.SETTINGS))
    other["config.php"]["MISP"]["uuid"] = "00000000-0000-4000-8000-000000000000"
    file = tmp_path / "other.json"
    file.write_text(json.dumps(other))
    refused = move_in(tmp_path, tables, "--settings", str(file), code=1)
    assert "another MISP" in str(refused.exception)
    file.write_text("{}")
    refused = move_in(tmp_path, tables, "--settings", str(file), code=1)
    assert "not the settings of a MISP" in str(refused.exception)


def test_second_run_leaves_alone_what_was_made_or_revoked_here(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    move_in(tmp_path, tables)
    # A leaked key is revoked, another one narrowed; numbers that MISP gives later are given here, however that was.
    AuthKey.objects.filter(pk=3).delete()
    AuthKey.objects.filter(pk=2).update(allowed_ips=["192.0.2.0/24"])
    User.objects.filter(pk=18).delete()
    role = Role.objects.create(pk=10, name="Made here", modified="2020-01-01T00:00Z")
    person = User.objects.create(pk=27, email="made@here.example", org_id=1, role=role, disabled=True)
    User.objects.filter(pk=27).update(date_modified="2020-01-01T00:00Z")
    Server.objects.create(
        pk=5, name="Made here", url="https://here.example", org_id=1, remote_org_id=1, pull=True, priority=9
    )

    tables["roles"].append(tables["roles"][0] | {"id": 10, "name": "Super"})
    tables["users"] += [
        tables["users"][1] | {"id": 27, "email": "new@nordbank.example", "org_id": 14},
        tables["users"][1] | {"id": 28, "email": "super@nordbank.example", "role_id": 10},
    ]
    tables["servers"].append(tables["servers"][0] | {"id": 5, "name": "MISP's"})
    tables["auth_keys"].append(tables["auth_keys"][1] | {"id": 51, "uuid": misp.GROUP, "user_id": 27})
    tables["sharing_group_blueprints"] = [
        {"id": 1, "uuid": misp.GROUP, "name": "Odd", "rules": "{", "org_id": 1}
    ]
    tables["dashboards"] = [
        {"id": 1, "uuid": misp.GROUP, "name": "Odd", "user_id": 8, "value": r'["\u0000"]'}
    ]
    tables["users"][1]["expiration"] = "2027-06-31 00:00:00"
    for run in range(2):
        report = move_in(tmp_path, tables)
        left_out = {
            (entry["kind"], entry["why"].split(" ")[1]): entry["names"] for entry in report["left_out"]
        }
        person.refresh_from_db()
        assert (person.email, person.org_id, person.role.name) == ("made@here.example", 1, "Made here"), run
        assert not AuthKey.objects.filter(user_id=27).exists()
        assert not User.objects.filter(pk__in=(18, 28)).exists()
        assert Server.objects.get(pk=5).url == "https://here.example"
        assert not AuthKey.objects.filter(pk=3).exists()
        assert AuthKey.objects.get(pk=2).allowed_ips == ["192.0.2.0/24"]
        assert left_out["accounts", "number"] == ["new@nordbank.example"]
        assert left_out["accounts", "was"] == ["totp@a.example"]
        assert left_out["roles", "number"] == ["Super"]
        assert left_out["servers", "number"] == ["MISP's"]
        assert left_out["limits of keys", "limits"] == ["agOB…FyvE"[:5] + misp.KEYS[2][-4:]]
        assert left_out["rules of blueprints", "cannot"] == ["Odd"]


def test_later_dump_gives_nobody_the_rights_of_another(db: None, tmp_path: Path) -> None:
    tables = misp.tables()
    move_in(tmp_path, tables)
    # The two who are site administrators by the first run are in the log.
    assert [entry.title for entry in AuditEntry.objects.filter(action="user.created")] == ["admin@admin.test"]
    User.objects.filter(pk=8).update(staff_roles=[StaffRole.MEMBERSHIP_OFFICER])
    User.objects.filter(pk=18).update(date_modified=timezone.now())
    User.objects.filter(pk=24).update(disabled=True)
    later = misp.SECONDS + 10**8
    for user in tables["users"]:
        user |= {
            "date_modified": later,
            "last_pw_change": later,
            "password": misp.hashed("Attacker-1-Attacker"),
        }
        user |= {"email": f"evil{user['id']}@a.example", "disabled": 0}
    by_number = {user["id"]: user for user in tables["users"]}
    by_number[24] |= {"role_id": 1}
    by_number[26] |= {"role_id": 7}
    tables["users"].append(by_number[26] | {"id": 40, "email": "evil40@a.example", "role_id": 1})
    tables["auth_keys"].append(tables["auth_keys"][1] | {"id": 60, "uuid": misp.GROUP})
    by_number[18] |= {"totp": "K" * 32}
    tables["roles"][1] |= {"perm_site_admin": 1, "modified": "2030-01-01 00:00:00"}
    report = move_in(tmp_path, tables)
    left_out = {entry["kind"]: entry["names"] for entry in report["left_out"]}
    assert left_out["changes of accounts"] == ["evil1@a.example", "evil8@a.example", "evil18@a.example"]
    assert left_out["site administrators"] == ["evil24@a.example", "evil40@a.example"]
    for number in (1, 8, 18):
        assert not User.objects.get(pk=number).email.startswith("evil")
        assert not User.objects.get(pk=number).check_password("Attacker-1-Attacker")
    assert (User.objects.get(pk=15).disabled, User.objects.get(pk=24).disabled) == (True, True)
    assert list(User.objects.filter(role__perm_site_admin=True).values_list("pk", flat=True)) == [1]
    assert not AuthKey.objects.filter(pk=60).exists()
    secret = Authenticator.objects.get(user_id=18).data["secret"]
    assert get_adapter().decrypt(secret) == misp.TOTP_SECRET
    entry = AuditEntry.objects.get(action="user.edited", target_id=26)
    assert entry.change == {
        "email": ["old@a.example", "evil26@a.example"],
        "role": ["User", "Odd åäö"],
        "password": True,
    }
