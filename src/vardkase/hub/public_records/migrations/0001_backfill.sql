-- A store from before the register: its versions are entered as they are on record, until the next one replaced them.
-- When an unpublished or deleted event was withdrawn is not known; who became a reader after that has not received it
-- for certain, so it ends as it began.
INSERT INTO received_version (version_id, event_id, event_uuid, version, published_at, owner_id, creator_id,
    publisher, distribution, sharing_group_id, audiences, since, until, is_reconstructed)
SELECT v.id, v.event_id, v.event_uuid, v.version, to_timestamp(v.published_at), coalesce(e.org_id, 0),
    coalesce(e.orgc_id, 0), coalesce(o.name, ''), coalesce(v.distribution, 0), v.sharing_group_id, v.audiences,
    to_timestamp(v.published_at),
    CASE WHEN v.replaced IS NOT NULL THEN to_timestamp(v.replaced)
        WHEN e.id IS NULL OR e.withheld OR e.quarantined OR NOT (e.published OR e.being_changed) OR e.distribution <> v.distribution
            OR e.distribution = 4 AND e.sharing_group_id IS DISTINCT FROM v.sharing_group_id THEN to_timestamp(v.published_at)
        END, TRUE
FROM (
    SELECT *, (SELECT min(later.published_at) FROM event_version later
        WHERE later.event_id = version.event_id AND later.event_uuid = version.event_uuid
            AND later.version > version.version
            AND (later.audiences = '[]' OR later.audiences = version.audiences)) AS replaced
    FROM event_version version
) v LEFT JOIN event e ON e.id = v.event_id AND e.uuid = v.event_uuid LEFT JOIN organisation o ON o.id = e.orgc_id;

-- Nobody recorded when an organisation joined a group: it counts from when the group was made.
INSERT INTO received_group_period (organisation_id, sharing_group_id, period)
SELECT o.id, g.id, tstzrange(greatest(g.created, o.date_created), NULL)
FROM sharing_group g JOIN organisation o ON o.local
WHERE g.active AND (
    g.org_id = o.id
    OR EXISTS (SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = o.id)
    OR EXISTS (SELECT 1 FROM sharing_group_server s
               WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs));
