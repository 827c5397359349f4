from django.db import migrations

# Functions that run as the owner find nothing in a schema where somebody else may make functions and operators.
PATH = """
ALTER FUNCTION audit_redact(bigint[], text, text, text[]) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION audit_remove(bigint) SET search_path = pg_catalog, pg_temp;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_chain'),
    ]

    operations = [
        migrations.RunSQL(PATH, migrations.RunSQL.noop),
    ]
