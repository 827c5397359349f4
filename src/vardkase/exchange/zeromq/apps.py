from django.apps import AppConfig


class ZeroMqConfig(AppConfig):
    name = "vardkase.exchange.zeromq"
    label = "zeromq"

    def ready(self) -> None:
        from vardkase.exchange.zeromq.services import queue_published  # noqa: PLC0415 - models load after apps
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.event_published.register(queue_published)
