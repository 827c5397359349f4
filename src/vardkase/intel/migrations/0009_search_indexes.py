from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intel', '0008_object_undo'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(fields=['category', 'type', 'event'], name='attribute_content'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('object_relation__isnull', False)), fields=['object_relation', 'event'], name='attribute_relation'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('first_seen__isnull', False)), fields=['first_seen'], name='attribute_first_seen'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('last_seen__isnull', False)), fields=['last_seen'], name='attribute_last_seen'),
        ),
        migrations.AddIndex(
            model_name='attribute',
            index=models.Index(condition=models.Q(('comment', ''), _negated=True), fields=['event'], name='attribute_commented'),
        ),
    ]
