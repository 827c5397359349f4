from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "vardkase.exchange.feeds"
    label = "feeds"
