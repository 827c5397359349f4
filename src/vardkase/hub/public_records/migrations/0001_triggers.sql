-- The received register is a legal record: the database writes it, so that no way of publishing can forget it.
-- One statement, however many versions it publishes.
CREATE FUNCTION received_publish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A version for sharing groups inside the event replaces none for everybody.
    UPDATE received_version former SET until = greatest(former.since, statement_timestamp())
    FROM published p
    WHERE former.event_id = p.event_id AND former.until IS NULL
        AND (p.audiences = '[]' OR former.audiences = p.audiences);
    INSERT INTO received_version (version_id, event_id, event_uuid, version, published_at, owner_id, creator_id,
        publisher, distribution, sharing_group_id, audiences, since, is_reconstructed)
    SELECT p.id, p.event_id, p.event_uuid, p.version, to_timestamp(p.published_at), e.org_id, e.orgc_id,
        o.name, e.distribution, p.sharing_group_id, p.audiences, statement_timestamp(), FALSE
    FROM published p JOIN event e ON e.id = p.event_id JOIN organisation o ON o.id = e.orgc_id
    -- A version whose content was deleted is stored again without it.
    ON CONFLICT (version_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER received_publish AFTER INSERT ON event_version
    REFERENCING NEW TABLE AS published FOR EACH STATEMENT EXECUTE FUNCTION received_publish();

CREATE FUNCTION received_withdraw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE received_version SET until = greatest(since, statement_timestamp())
    WHERE event_id = OLD.id AND until IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER received_withdraw AFTER UPDATE OF published, being_changed, withheld, quarantined, distribution,
    sharing_group_id ON event FOR EACH ROW WHEN (
        NEW.withheld AND NOT OLD.withheld OR NEW.quarantined AND NOT OLD.quarantined
        OR (OLD.published OR OLD.being_changed) AND NOT (NEW.published OR NEW.being_changed)
        OR OLD.distribution IS DISTINCT FROM NEW.distribution
        OR OLD.sharing_group_id IS DISTINCT FROM NEW.sharing_group_id)
    EXECUTE FUNCTION received_withdraw();
CREATE TRIGGER received_delete AFTER DELETE ON event FOR EACH ROW EXECUTE FUNCTION received_withdraw();

-- Who is in these groups now, as identity.access.actor.SHARING_GROUPS_OF_ORGANISATION says.
CREATE FUNCTION received_follow_groups(groups bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH inside AS (
        SELECT g.id AS group_id, o.id AS org_id FROM sharing_group g JOIN organisation o ON o.local
        WHERE g.id = ANY(groups) AND g.active AND (
            g.org_id = o.id
            OR EXISTS (SELECT 1 FROM sharing_group_org m WHERE m.sharing_group_id = g.id AND m.org_id = o.id)
            OR EXISTS (SELECT 1 FROM sharing_group_server s
                       WHERE s.sharing_group_id = g.id AND s.server_id = 0 AND s.all_orgs))
    ), left_now AS (
        UPDATE received_group_period p
        SET period = tstzrange(lower(p.period), greatest(lower(p.period), statement_timestamp()), '[]')
        WHERE p.sharing_group_id = ANY(groups) AND upper_inf(p.period)
            AND NOT EXISTS (SELECT 1 FROM inside i WHERE i.group_id = p.sharing_group_id AND i.org_id = p.organisation_id)
    )
    INSERT INTO received_group_period (organisation_id, sharing_group_id, period)
    SELECT i.org_id, i.group_id, tstzrange(statement_timestamp(), NULL) FROM inside i
    WHERE NOT EXISTS (SELECT 1 FROM received_group_period p WHERE p.sharing_group_id = i.group_id
        AND p.organisation_id = i.org_id AND upper_inf(p.period))
$$;

CREATE FUNCTION received_group_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'sharing_group' THEN
        PERFORM received_follow_groups(array(SELECT DISTINCT id FROM changed));
    ELSE
        PERFORM received_follow_groups(array(SELECT DISTINCT sharing_group_id FROM changed));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER received_group_made AFTER INSERT ON sharing_group
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_group_changed AFTER UPDATE ON sharing_group
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_group_removed AFTER DELETE ON sharing_group
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_member_joined AFTER INSERT ON sharing_group_org
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_member_left AFTER DELETE ON sharing_group_org
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_member_moved AFTER UPDATE ON sharing_group_org
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_instance_joined AFTER INSERT ON sharing_group_server
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_instance_left AFTER DELETE ON sharing_group_server
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();
CREATE TRIGGER received_instance_changed AFTER UPDATE ON sharing_group_server
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION received_group_changed();

-- A group that holds a whole instance gains those that are added to it.
CREATE FUNCTION received_organisation_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM received_follow_groups(array(
        SELECT sharing_group_id FROM sharing_group_server WHERE server_id = 0 AND all_orgs));
    RETURN NULL;
END $$;
CREATE TRIGGER received_organisation_added AFTER INSERT ON organisation
    FOR EACH ROW WHEN (NEW.local) EXECUTE FUNCTION received_organisation_added();
CREATE TRIGGER received_organisation_made_local AFTER UPDATE OF local ON organisation
    FOR EACH ROW WHEN (OLD.local IS DISTINCT FROM NEW.local) EXECUTE FUNCTION received_organisation_added();
