"""The SQL of the quarterly report, except that of what is shared. Each row begins with the number of its period."""

from __future__ import annotations

PERIODS = """
period (place, since, until) AS MATERIALIZED (
    SELECT place::int - 1, since, until
    FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) WITH ORDINALITY AS given (since, until, place)
)
"""

# One who ended and joined again in the same period counts as neither: there is one row for each organisation.
MEMBERS = f"""
WITH {PERIODS}
SELECT p.place, d.name, d.value,
    count(*) FILTER (WHERE m.began < p.since AND (m.ended IS NULL OR m.ended >= p.since)),
    count(*) FILTER (WHERE m.began >= p.since AND m.began < p.until),
    count(*) FILTER (WHERE m.ended >= p.since AND m.ended < p.until),
    count(*) FILTER (WHERE m.began < p.until AND (m.ended IS NULL OR m.ended >= p.until)),
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM membership_restriction r
        WHERE r.membership_id = m.id AND r.kind = 'suspended' AND r.since < p.until
            AND coalesce(least(r.lifted, r.until), 'infinity') >= p.since))
FROM period p CROSS JOIN membership m
CROSS JOIN LATERAL (VALUES ('sector', m.sector), ('connection', m.connection), ('nis2', m.nis2)) AS d (name, value)
GROUP BY p.place, d.name, d.value ORDER BY p.place, d.name, min(CASE d.value
    WHEN 'state_authority' THEN 1 WHEN 'region' THEN 2 WHEN 'municipality' THEN 3 WHEN 'public_company' THEN 4
    WHEN 'private_company' THEN 5 WHEN 'essential' THEN 1 WHEN 'important' THEN 2 WHEN 'not_covered' THEN 3
    WHEN 'api' THEN 1 WHEN 'web' THEN 2 WHEN 'both' THEN 3 ELSE 9 END)
"""

# When each case began, was concluded, and was due. The days on which an application waits for a phase, or for the
# applicant, do not count. What has no date of its own in law or settings is never due.
CASES = f"""
WITH {PERIODS}, stay AS (
    SELECT thing_id, after, at, lead(at) OVER (PARTITION BY thing_id ORDER BY id) AS ended
    FROM history_entry WHERE kind = 'application' AND before <> after
), paused AS (
    SELECT thing_id, sum(coalesce(ended, now()) - at) AS length FROM stay
    WHERE after IN ('waiting', 'completion_requested') GROUP BY thing_id
), solved AS (
    SELECT thing_id, max(at) AS at FROM history_entry
    WHERE kind = 'support_request' AND after = 'solved' GROUP BY thing_id
), stated (kind, began, ended, due) AS (
    SELECT 'application', a.submitted, coalesce(a.decided, CASE WHEN a.state = 'withdrawn' THEN a.changed END),
        a.submitted + make_interval(days => %(decide)s) + coalesce(w.length, '0')
    FROM application a LEFT JOIN paused w ON w.thing_id = a.id WHERE a.submitted IS NOT NULL
    UNION ALL
    SELECT 'membership_change', proposed, decided, NULL FROM membership_change
    UNION ALL
    SELECT 'statement', submitted, reviewed, NULL FROM security_statement WHERE submitted IS NOT NULL
    UNION ALL
    SELECT 'public_records', asked_at, answered_at, asked_at + make_interval(days => %(answer)s)
    FROM records_case WHERE authority_id = %(host)s
    UNION ALL
    SELECT 'data_subject', arrived_on::timestamptz, closed_at, (deadline + 1)::timestamptz
    FROM data_subject_request
    UNION ALL
    SELECT 'support_request', s.created, CASE WHEN s.state = 'solved' THEN solved.at END, s.deadline
    FROM support_request s LEFT JOIN solved ON solved.thing_id = s.id
    UNION ALL
    SELECT 'hearing', at, answered_at, (answer_by + 1)::timestamptz FROM hearing
    UNION ALL
    SELECT 'spill', declared_at, coalesce(closed_at, CASE WHEN state = 'released' THEN ended_at END), NULL FROM spill
    UNION ALL
    SELECT 'breach', aware_at, closed_at, NULL FROM personal_data_breach
), kind (name, sort) AS (VALUES
    ('application', 1), ('membership_change', 2), ('statement', 3), ('hearing', 4), ('public_records', 5),
    ('data_subject', 6), ('support_request', 7), ('spill', 8), ('breach', 9)
), part AS (
    SELECT p.place, s.kind, extract(epoch FROM s.ended - s.began)::float8 / 86400 AS days, s.due,
        s.began >= p.since AND s.began < p.until AS begins,
        coalesce(s.ended >= p.since AND s.ended < p.until, FALSE) AS ends, s.ended,
        s.began < p.until AND (s.ended IS NULL OR s.ended >= p.until) AS remains,
        least(p.until, now()) AS seen
    FROM period p CROSS JOIN stated s WHERE s.began < p.until AND (s.ended IS NULL OR s.ended >= p.since)
)
SELECT p.place, k.name, count(*) FILTER (WHERE begins), count(*) FILTER (WHERE ends),
    count(*) FILTER (WHERE remains), count(*) FILTER (WHERE ends AND ended > due OR remains AND due < seen),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE ends),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FILTER (WHERE ends)
FROM period p CROSS JOIN kind k LEFT JOIN part ON part.place = p.place AND part.kind = k.name
GROUP BY p.place, k.name, k.sort ORDER BY p.place, k.sort
"""

RECORDS = f"""
WITH {PERIODS}
SELECT p.place, c.authority_id = %(host)s, count(DISTINCT c.authority_id), count(*),
    count(*) FILTER (WHERE outcome = 'released'), count(*) FILTER (WHERE outcome = 'partly'),
    count(*) FILTER (WHERE outcome = 'withheld'), count(*) FILTER (WHERE outcome = 'not_held'),
    count(*) FILTER (WHERE outcome = 'referred'), count(*) FILTER (WHERE outcome = 'withdrawn')
FROM period p JOIN records_case c ON c.asked_at >= p.since AND c.asked_at < p.until
GROUP BY 1, 2
"""

# Appeals in public-records cases are in the figures of the authority whose cases they are.
APPEALS = f"""
WITH {PERIODS}, happened (name, at) AS (
    SELECT line.name, a.at FROM appeal a JOIN case_file f ON f.id = a.case_file_id AND f.kind <> 'public_records'
    CROSS JOIN LATERAL (VALUES ('appeals', TRUE), ('appeals_dismissed', a.state = 'dismissed'),
        ('appeals_forwarded', a.state IN ('forwarded', 'decided', 'carried_out')),
        ('appeals_changed', a.outcome IN ('quashed', 'changed', 'remitted'))) AS line (name, is_so)
    WHERE line.is_so
), line (name, sort) AS (VALUES
    ('appeals', 1), ('appeals_dismissed', 2), ('appeals_forwarded', 3), ('appeals_changed', 4)
)
SELECT p.place, l.name, count(h.at)
FROM period p CROSS JOIN line l
LEFT JOIN happened h ON h.name = l.name AND h.at >= p.since AND h.at < p.until
GROUP BY p.place, l.name, l.sort ORDER BY p.place, l.sort
"""

RIGHTS = f"""
WITH {PERIODS}
SELECT p.place, r.name, (
    SELECT count(*) FROM data_subject_request d WHERE r.name = ANY (d.rights)
    AND d.arrived_on::timestamptz >= p.since AND d.arrived_on::timestamptz < p.until
), count(*) FILTER (WHERE a.outcome NOT IN ('refused', 'another', 'gone')),
    count(*) FILTER (WHERE a.outcome = 'refused')
FROM period p CROSS JOIN (VALUES
    ('access', 1), ('rectification', 2), ('erasure', 3), ('restriction', 4), ('objection', 5)) AS r (name, sort)
LEFT JOIN (
    SELECT a."right", a.outcome, d.closed_at FROM data_request_answer a
    JOIN data_request_item i ON i.id = a.item_id JOIN data_request_controller c ON c.id = i.controller_id
    JOIN data_subject_request d ON d.id = c.request_id
    WHERE d.state = 'answered' AND (c.is_hub_owner OR c.answered_at IS NOT NULL)
) a ON a."right" = r.name AND a.closed_at >= p.since AND a.closed_at < p.until
GROUP BY p.place, p.since, p.until, r.name, r.sort ORDER BY p.place, r.sort
"""

INCIDENTS = f"""
WITH {PERIODS}, happened (name, at) AS (
    SELECT 'spills', declared_at FROM spill
    UNION ALL SELECT 'spills_released', ended_at FROM spill WHERE state = 'released'
    UNION ALL SELECT 'spills_deleted', ended_at FROM spill WHERE state IN ('deleted', 'closed')
    UNION ALL SELECT 'spills_reported', reported_at FROM spill
    UNION ALL SELECT 'breaches', aware_at FROM personal_data_breach
    UNION ALL SELECT 'breaches_reported', reported_at FROM personal_data_breach
    UNION ALL SELECT 'breaches_late', reported_at FROM personal_data_breach WHERE reported_at > deadline
    UNION ALL SELECT 'interruptions', begins FROM announcement WHERE kind = 'incident'
), line (name, sort) AS (VALUES
    ('spills', 1), ('spills_released', 2), ('spills_deleted', 3), ('spills_reported', 4), ('breaches', 5),
    ('breaches_reported', 6), ('breaches_late', 7), ('interruptions', 8)
)
SELECT p.place, l.name, count(h.at)
FROM period p CROSS JOIN line l
LEFT JOIN happened h ON h.name = l.name AND h.at >= p.since AND h.at < p.until
GROUP BY p.place, l.name, l.sort ORDER BY p.place, l.sort
"""

# A letter is found in a mail by the name of its file (`correspondence.letters.delivery`).
LETTERS = f"""
WITH {PERIODS}, written AS (
    SELECT l.at, EXISTS (SELECT FROM letter_delivery d WHERE d.letter_id = l.id) OR EXISTS (
        SELECT FROM sent_mail s WHERE s.thing_kind = l.thing_kind AND s.thing_id = l.thing_id AND s.state = 'sent'
            AND s.attachments ? (replace(l.number, ':', '-') || '.pdf')) AS delivered
    FROM letter l WHERE l.at >= (SELECT min(since) FROM period) AND l.at < (SELECT max(until) FROM period)
), happened (name, at) AS (
    SELECT 'letters', at FROM written
    UNION ALL SELECT 'letters_undelivered', at FROM written WHERE NOT delivered
    UNION ALL SELECT 'mails', at FROM sent_mail
    UNION ALL SELECT 'mails_failed', at FROM sent_mail WHERE state = 'failed'
), line (name, sort) AS (VALUES ('letters', 1), ('letters_undelivered', 2), ('mails', 3), ('mails_failed', 4))
SELECT p.place, l.name, count(h.at)
FROM period p CROSS JOIN line l
LEFT JOIN happened h ON h.name = l.name AND h.at >= p.since AND h.at < p.until
GROUP BY p.place, l.name, l.sort ORDER BY p.place, l.sort
"""
