"""Accounts, with passwords as they are hashed. What MISP changed last wins, except a password that was set here."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.people.account_changes import PROTECTED, held, record_changes
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.identity.accounts.hashers import MispPasswordHasher

STORE = """
INSERT INTO account AS a (
    id, password, last_login, email, org_id, role_id, server_id, autoalert, contactalert, disabled, disabled_because,
    expiration, change_pw, termsaccepted, newsread, nids_sid, gpgkey, certif_public, invited_by, force_logout,
    external_auth_required, external_auth_key, notification_daily, notification_weekly, notification_monthly,
    staff_roles, last_api_access, last_pw_change, date_created, date_modified, language, theme)
SELECT m.id, CASE WHEN m.external_auth_required = 1 AND %(external)s THEN '!'
    WHEN m.password ~ %(bcrypt)s THEN %(algorithm)s || '$' || m.password ELSE '!' END,
    move_in.seconds(greatest(m.last_login, m.current_login)), m.email, m.org_id, m.role_id, coalesce(m.server_id, 0),
    m.autoalert = 1, m.contactalert = 1, m.disabled = 1, '', move_in.moment(m.expiration), m.change_pw = 1,
    m.termsaccepted = 1, coalesce(m.newsread, 0), m.nids_sid, nullif(m.gpgkey, ''), nullif(m.certif_public, ''),
    m.invited_by, false, m.external_auth_required = 1, nullif(m.external_auth_key, ''),
    coalesce(m.notification_daily = 1, false), coalesce(m.notification_weekly = 1, false),
    coalesce(m.notification_monthly = 1, false), '{}', move_in.seconds(m.last_api_access),
    move_in.seconds(m.last_pw_change), coalesce(move_in.seconds(m.date_created), now()),
    coalesce(move_in.seconds(m.date_modified), move_in.seconds(m.date_created), now()),
    '', 'auto'
FROM move_in.users m JOIN organisation o ON o.id = m.org_id JOIN role r ON r.id = m.role_id
LEFT JOIN account known ON known.id = m.id
WHERE length(m.email) <= 255
    AND (%(since)s::timestamptz IS NULL OR NOT r.perm_site_admin AND (known.id IS NULL OR NOT {protected}))
ON CONFLICT (id) DO UPDATE SET
    password = CASE WHEN (SELECT u.password IS NULL FROM move_in.users u WHERE u.id = a.id) THEN a.password
               WHEN a.password LIKE %(algorithm)s || '$%%' OR a.last_pw_change < excluded.last_pw_change
               THEN excluded.password ELSE a.password END,
    last_pw_change = greatest(a.last_pw_change, excluded.last_pw_change),
    last_login = greatest(a.last_login, excluded.last_login),
    email = excluded.email, org_id = excluded.org_id, role_id = excluded.role_id, autoalert = excluded.autoalert,
    contactalert = excluded.contactalert, disabled = a.disabled OR excluded.disabled, expiration = excluded.expiration,
    change_pw = excluded.change_pw, termsaccepted = excluded.termsaccepted, newsread = excluded.newsread,
    gpgkey = excluded.gpgkey, certif_public = excluded.certif_public,
    external_auth_required = excluded.external_auth_required, external_auth_key = excluded.external_auth_key,
    notification_daily = excluded.notification_daily, notification_weekly = excluded.notification_weekly,
    notification_monthly = excluded.notification_monthly, date_modified = excluded.date_modified
WHERE a.date_modified < excluded.date_modified
"""
KEPT = f"""
SELECT m.email FROM move_in.users m JOIN account known ON known.id = m.id
WHERE {PROTECTED} AND known.date_modified < move_in.seconds(m.date_modified) ORDER BY m.id
"""
NEW_ADMINISTRATORS = """
SELECT m.email FROM move_in.users m JOIN role r ON r.id = m.role_id AND r.perm_site_admin
LEFT JOIN account known ON known.id = m.id
WHERE known.id IS NULL OR NOT EXISTS (SELECT FROM role k WHERE k.id = known.role_id AND k.perm_site_admin) ORDER BY m.id
"""
GONE = """
UPDATE account SET disabled = true
WHERE NOT disabled AND staff_roles = '{}'
    AND id = ANY(%s::bigint[]) AND NOT EXISTS (SELECT FROM move_in.users m WHERE m.id = account.id)
"""
HOMELESS = """
SELECT m.email FROM move_in.users m
WHERE NOT EXISTS (SELECT FROM organisation o WHERE o.id = m.org_id)
    OR NOT EXISTS (SELECT FROM role r WHERE r.id = m.role_id)
ORDER BY m.id
"""
NO_BCRYPT = "SELECT email FROM move_in.users WHERE password !~ %s ORDER BY id"
NOT_TOLD = "SELECT email FROM move_in.users WHERE password IS NULL ORDER BY id"
EXTERNAL = "SELECT email FROM move_in.users WHERE external_auth_required = 1 ORDER BY id"
BCRYPT = r"^\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}$"


KEPT_HERE = (
    "MISP has changed it since, but it has a duty here, is a site administrator’s, or was changed here: "
    "it stays as it is."
)
ONLY_AT_FIRST = "Site administrators come with the first run only: make the account, or give the role, here."


def take_accounts(taking: Taking) -> None:
    # Where MISP lets them in by its front server only, their password opens nothing here either.
    external = taking.settings.is_on("Plugin.CustomAuth_enable")
    parameters = {
        "bcrypt": BCRYPT,
        "algorithm": MispPasswordHasher.algorithm,
        "external": external,
        "since": taking.since,
    }
    before = held()
    if taking.since is not None:
        taking.leave_out_rows("changes of accounts", KEPT_HERE, KEPT, {"since": taking.since})
        taking.leave_out_rows("site administrators", ONLY_AT_FIRST, NEW_ADMINISTRATORS)
    taking.execute("accounts", STORE.replace("{protected}", PROTECTED), parameters)
    gone = cursor().execute(GONE, (list(taking.moved.get("users", ())),)).rowcount
    taking.count("accounts disabled because MISP deleted them", gone)
    record_changes(taking.actor, before)
    taking.leave_out_rows("accounts", "Its organisation or role does not exist in MISP.", HOMELESS)
    why = "The password is hashed in a way that MISP has given up: it has to be set anew."
    taking.leave_out_rows("passwords", why, NO_BCRYPT, (BCRYPT,))
    why = "MISP gives no passwords over its API: everybody sets a new one."
    taking.leave_out_rows("passwords", why, NOT_TOLD)
    why = "Sign-in by a provider of the organisation is set up here anew; the link is made at the first one."
    taking.leave_out_rows(
        "links to external sign-in", why, "SELECT email FROM move_in.users WHERE sub <> '' ORDER BY id"
    )
    why = "Headers of a front server sign nobody in here" + (
        ": the person sets a password, or their organisation its sign-in provider."
        if external
        else "; the password works, as it does in MISP while CustomAuth is off."
    )
    taking.leave_out_rows("external sign-in required", why, EXTERNAL)
    ids_reserved("account")


STEP = Step("accounts", ("users",), take_accounts)
