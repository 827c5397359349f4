from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "vardkase.exchange.outbox"
    label = "outbox"
