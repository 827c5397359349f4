from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "vardkase.exchange.notices"
    label = "notices"
