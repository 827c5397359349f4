from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "vardkase.exchange.sync"
    label = "sync"
