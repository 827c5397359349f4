"""A small MISP whose owner moves: people, keys, a group and connections, with awkward cases."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import bcrypt
import brotli

PASSWORD = "gammalt lösenord ÅÄÖ 2019"
HOME, PARTNER = "2084b396-e1ab-4cb7-b7e5-1503d3abaf08", "04bf989f-a036-4c89-b373-c42b692ee314"
GROUP = "cbec913f-25e4-46f8-9e08-6bb29779868a"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEYS = {
    1: "MispAdminKey000000000000000000000000001A",
    2: "agOB3Fug8GceWmm1jxqY57KiFGyVvErIfKihWFyk",
    3: "VDzVSakyTIFIpx0Z9UYCm0iUHjQPh25ctOAXmFgY",
    4: "9wIBLfUpKJjodzB7TLqnOz9lFDUm3wCY4ZDnesaZ",
    5: "r3uabz58UcnLwPUcanVNJkrm8oFAfhd8cGgBwq31",
}
NIGHT = "2026-11-28 17:30:00"
SECONDS = 1_795_887_000
RULES = (
    '{"tags": {"OR": ["tlp:white"], "NOT": []}, "orgs": {"OR": [], "NOT": ["NORDBANK"]}, '
    '"url_params": "{\\"last\\":\\"30d\\"}"}'
)


def hashed(raw: str) -> str:
    return bcrypt.hashpw(raw.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$", 1)


def _user(number: int, email: str, **more: Any) -> dict[str, Any]:
    given = {
        "id": number,
        "email": email,
        "password": hashed(PASSWORD),
        "org_id": 1,
        "role_id": 2,
        "termsaccepted": 1,
    }
    times = {"date_created": SECONDS, "date_modified": SECONDS, "last_pw_change": SECONDS}
    return given | times | {"authkey": "LegacyPlainKey" + "0" * 25 + str(number)} | more


def _key(number: int, user_id: int, **more: Any) -> dict[str, Any]:
    raw = KEYS[number]
    given = {"id": number, "uuid": f"00000000-0000-4000-8000-00000000000{number}", "authkey": hashed(raw)}
    return (
        given
        | {"authkey_start": raw[:4], "authkey_end": raw[-4:], "created": SECONDS, "user_id": user_id}
        | more
    )


def _organisation(number: int, name: str, uuid: str | None, **more: Any) -> dict[str, Any]:
    dates = {"date_created": NIGHT, "date_modified": NIGHT}
    return (
        {"id": number, "name": name, "uuid": uuid, "type": "", "nationality": "", "sector": ""} | dates | more
    )


def tables() -> dict[str, list[dict[str, Any]]]:
    everything = {"perm_add": 1, "perm_auth": 1, "perm_audit": 1, "perm_modify": 1}
    dated = {"created": NIGHT, "modified": NIGHT}
    return deepcopy(
        {
            "admin_settings": [
                {"id": 1, "setting": "db_version", "value": "130"},
                {"id": 9, "setting": "default_role", "value": "2"},
            ],
            "system_settings": [{"setting": "MISP.welcome_text_top", "value": '"Välkommen åäö"'.encode()}],
            "organisations": [
                _organisation(1, "Nordbank", HOME, local=1, contacts="it@a.example\nÅke 'Ö' \\ \"x\"\ttab 🎣"),
                _organisation(14, "NORDBANK", PARTNER),
                _organisation(15, 'O\'Brien "Quotes" <b>& Co</b>', None, local=1),
            ],
            "roles": [
                {"id": 1, "name": "admin", "perm_site_admin": 1, **everything, **dated},
                {"id": 2, "name": "User", **everything, **dated},
                {"id": 7, "name": "Odd åäö", "perm_auth": 1, "perm_tagger": 1, "enforce_rate_limit": 1,
                 "rate_limit_count": 50, **dated},
            ],
            "users": [
                _user(1, "admin@admin.test", role_id=1),
                _user(8, "o'brien+x_%&y@a.example"),
                _user(15, "off@a.example", disabled=1),
                _user(18, "totp@a.example", totp=TOTP_SECRET, hotp_counter=12),
                _user(24, "must@a.example", change_pw=1),
                _user(25, "lost@a.example", org_id=999),
                _user(26, "old@a.example", password="0" * 64),
            ],
            "auth_keys": [
                _key(1, 1),
                _key(2, 8, read_only=1),
                _key(3, 8, allowed_ips='["10.0.0.0/8"]'),
                _key(4, 8, expiration=SECONDS - 1_000_000_000),
                _key(5, 15, comment="line\nbreak"),
            ],
            "user_settings": [
                {"id": 1, "setting": "homepage", "value": '{"path":"/events/index"}', "user_id": 8, "timestamp": 1},
                {"id": 2, "setting": "unheard_of", "value": "1", "user_id": 8, "timestamp": 1},
            ],
            "sharing_groups": [
                {"id": 7, "name": "Roaming åäö", "releasability": "", "description": "", "uuid": GROUP,
                 "organisation_uuid": HOME, "org_id": 1, "active": 1, "roaming": 1, **dated},
            ],
            "sharing_group_orgs": [
                {"id": 1, "sharing_group_id": 7, "org_id": 1, "extend": 1},
                {"id": 2, "sharing_group_id": 7, "org_id": 14},
            ],
            "servers": [
                {"id": 2, "name": "Partner pull", "url": "https://misp.partner.example", "authkey": b"P" * 40,
                 "org_id": 1, "remote_org_id": 14, "pull": 1, "caching_enabled": 1, "pull_rules": RULES,
                 "push_rules": "{}", "cert_file": "2.pem", "lastpulledid": 4711, "priority": 1},
            ],
            "feeds": [
                {"id": 3, "name": "CSV åäö", "provider": "P", "url": "https://feeds.example/list.csv", "enabled": 1,
                 "source_format": "csv", "input_source": "network", "headers": "X-Api-Key: secret-1",
                 "settings": '{"csv":{"value":"2","delimiter":";"}}'},
            ],
            "bookmarks": [
                {"id": 1, "user_id": 8, "org_id": 1, "name": "Mine", "url": "https://misp.a.example/events/view/1"},
                {"id": 2, "user_id": 8, "org_id": 1, "name": "Bad", "url": "javascript:alert(1)"},
            ],
            "cerebrates": [{"id": 1, "name": "Cerebrate åäö", "url": "https://cerebrate.example"}],
            "audit_logs": [
                {"id": 5, "created": NIGHT, "user_id": 8, "org_id": 1, "ip": bytes([192, 0, 2, 5]), "action": "edit",
                 "model": "Event", "model_id": 300, "model_title": "Phishing åäö",
                 "change": b"\xce\xb2\xcf\x81" + brotli.compress(b'{"info":["a","b"]}')},
                {"id": 9, "created": NIGHT, "user_id": 99, "org_id": 1, "action": "add", "model": "Tag", "model_id": 1,
                 "model_title": "t", "change": b"{}"},
            ],
            "logs": [
                {"id": 7, "created": NIGHT, "email": "SYSTEM", "org": "SYSTEM", "ip": "::1", "action": "login",
                 "model": "User", "model_id": 8, "title": "User (8)", "description": "signed in"},
            ],
            "threads": [{"id": 1, "title": "Talk", "event_id": 300, "date_created": NIGHT}],
            "posts": [{"id": 1, "thread_id": 1, "user_id": 8, "contents": "Samma aktör?", "date_created": NIGHT}],
            "inbox": [
                {"id": 1, "uuid": GROUP, "title": "New", "type": "registration", "ip": "1.2", "data": "{}",
                 "timestamp": 1},
            ],
            "tasks": [{"id": 1, "type": "pull_all", "timer": 0, "scheduled_time": "12:00"}],
            "cake_sessions": [{"id": "s1", "data": "secret", "expires": 1}],
        }
    )  # fmt: skip


SETTINGS = {
    "config.php": {
        "MISP": {
            "uuid": "6f8d2b6e-57f2-4a36-9c7e-7f2f6b4a1d01",
            "baseurl": "https://misp.a.example",
            "host_org_id": 1,
        },
        "Security": {"advanced_authkeys": True, "salt": "x"},
    }
}
