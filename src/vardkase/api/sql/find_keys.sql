-- Everything that decides whether a key may enter, and as whom: the key, its user, role, organisation, groups.
-- One row for each key that begins like the one presented (almost always one); the digest decides.
-- `=` and not `= ANY(…)`: only so does PostgreSQL keep the plan, and planning costs four times the query.
SELECT k.id, k.digest, k.expiration, k.read_only, k.allowed_ips, k.last_used,
       u.id, u.email, u.disabled, u.expiration,
       r.id,
       ARRAY[r.perm_add, r.perm_modify, r.perm_modify_org, r.perm_publish, r.perm_delegate, r.perm_sync,
             r.perm_admin, r.perm_audit, r.perm_full, r.perm_auth, r.perm_site_admin, r.perm_regexp_access,
             r.perm_tagger, r.perm_template, r.perm_sharing_group, r.perm_tag_editor, r.perm_sighting,
             r.perm_object_template, r.perm_galaxy_editor, r.perm_publish_zmq, r.perm_publish_kafka,
             r.perm_decaying, r.perm_warninglist, r.perm_view_feed_correlations, r.perm_analyst_data,
             r.perm_skip_otp, r.perm_server_sign, r.perm_sync_internal, r.perm_sync_authoritative],
       o.id, o.name, o.may_read, o.may_write, o.may_sync,
       (SELECT coalesce(array_agg(g.id ORDER BY g.id), '{}')
        FROM sharing_group g
        WHERE g.active AND (
            g.org_id = o.id
            OR EXISTS (SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = o.id)
            OR EXISTS (SELECT 1 FROM sharing_group_server s
                       WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs)))
FROM auth_key k
JOIN account u ON u.id = k.user_id
JOIN role r ON r.id = u.role_id
JOIN organisation o ON o.id = u.org_id
WHERE k.authkey_start = %(start)s
