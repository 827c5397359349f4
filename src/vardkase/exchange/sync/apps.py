from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "vardkase.exchange.sync"
    label = "sync"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.sync.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.exchange.sync.tasks import send_published  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(send_published)
        for schedule in SCHEDULES:
            register(schedule)
