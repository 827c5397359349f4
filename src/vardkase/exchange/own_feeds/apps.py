from django.apps import AppConfig


class OwnFeedsConfig(AppConfig):
    name = "vardkase.exchange.own_feeds"
    label = "own_feeds"
