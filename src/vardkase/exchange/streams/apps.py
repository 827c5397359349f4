from django.apps import AppConfig


class StreamsConfig(AppConfig):
    name = "vardkase.exchange.streams"
    label = "streams"
