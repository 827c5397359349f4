from django.db import migrations

# The request itself is looked at too, not only the entry that says that two persons have approved it.
REMOVE = """
CREATE OR REPLACE FUNCTION audit_remove(archive bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    segment public.audit_archive;
    gone bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(1096107092);
    SELECT * INTO STRICT segment FROM public.audit_archive WHERE id = archive;
    IF segment.first <> (SELECT min(position) FROM public.audit_link) THEN
        RAISE EXCEPTION 'archive % does not begin where the audit log begins', archive;
    END IF;
    IF segment.last >= (SELECT max(position) FROM public.audit_link) THEN
        RAISE EXCEPTION 'archive % holds the newest entry, which stays', archive;
    END IF;
    IF NOT EXISTS (SELECT FROM public.audit_entry e JOIN public.audit_link l ON l.entry_id = e.id
            WHERE e.action = 'audit.removal_approved' AND e.target_kind = 'audit_archive' AND e.target_id = archive
            AND l.position > segment.last)
            OR NOT EXISTS (SELECT FROM public.approval_request a
            WHERE a.action = 'remove_audit_archive' AND a.subject = archive::text AND a.state = 'approved'
            AND a.proposed_by <> a.answered_by AND a.subject_state ->> 'sha256' = segment.sha256) THEN
        RAISE EXCEPTION 'two persons have not agreed to the removal of archive %', archive;
    END IF;
    DELETE FROM public.audit_entry e USING public.audit_link l
    WHERE l.entry_id = e.id AND l.position BETWEEN segment.first AND segment.last;
    DELETE FROM public.audit_link WHERE position BETWEEN segment.first AND segment.last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_narrower_functions'),
    ]

    operations = [
        migrations.RunSQL(REMOVE, migrations.RunSQL.noop),
    ]
