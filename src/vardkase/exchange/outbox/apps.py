from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "vardkase.exchange.outbox"
    label = "outbox"

    def ready(self) -> None:
        from vardkase.exchange.outbox.events import enter_published  # noqa: PLC0415 - models load after apps
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(enter_published)
