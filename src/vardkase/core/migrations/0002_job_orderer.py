from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
        ('procrastinate', '0041_post_retry_failed_job'),
    ]

    operations = [
        # The jobs of one person, which every page asks for, among those of all.
        migrations.RunSQL(
            "CREATE INDEX job_orderer ON procrastinate_jobs ((args ->> 'user_id'), id) "
            "WHERE (args ->> 'user_id') IS NOT NULL",
            "DROP INDEX job_orderer",
        ),
    ]
