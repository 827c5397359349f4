-- Everything that decides whether a key may enter, and as whom: the key, its user, role, organisation, groups.
-- One row for each key that begins like the one presented (almost always one); the digest decides.
-- The flags and the groups are put in by authentication.py, from where their rules live.
-- `=` and not `= ANY(…)`: only so does PostgreSQL keep the plan, and planning costs four times the query.
SELECT k.id, k.digest, k.former_hash, k.authkey_end, k.expiration, k.read_only, k.allowed_ips, k.last_used,
       u.id, u.email, u.disabled, u.disabled_because, u.expiration,
       r.id,
       ARRAY[{flags}],
       o.id, o.name, {access},
       o.networks_mode, o.networks, o.certificates_mode, o.certificate_pins, o.domains_mode, o.verified_domains,
       o.keys_mode, o.required_sign_in,
       ({groups}), {offences},
       coalesce((SELECT value = 'true'::jsonb FROM setting_value WHERE name = 'MISP.live'), true),
       CASE WHEN r.enforce_rate_limit THEN r.rate_limit_count END,
       u.server_id, u.staff_roles,
       k.issued_by_id IS NOT DISTINCT FROM k.user_id AND NOT k.issued_at_console,
       o.required_key_days > 0 AND k.expiration > (k.created / 86400 + o.required_key_days + 1) * 86400
FROM auth_key k
JOIN account u ON u.id = k.user_id
JOIN role r ON r.id = u.role_id
JOIN organisation o ON o.id = u.org_id
WHERE k.authkey_start = $1
