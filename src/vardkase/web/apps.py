from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


class WebConfig(AppConfig):
    name = "vardkase.web"
    label = "web"

    def ready(self) -> None:
        from vardkase.web.accounts import audit  # noqa: PLC0415 - needs the models

        audit.listen()
        accounts = apps.get_app_config("accounts")
        post_migrate.connect(make_cache_table, sender=accounts, dispatch_uid="vardkase.cache_table")


def make_cache_table(using: str, **_: object) -> None:
    """Create the table of settings.CACHES, which no migration creates, unless it exists."""
    call_command("createcachetable", database=using, verbosity=0)
