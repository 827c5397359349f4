from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "vardkase.exchange.sync"
    label = "sync"

    def ready(self) -> None:
        from vardkase.exchange.sync.tasks import send_published  # noqa: PLC0415 - models load after apps
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(send_published)
