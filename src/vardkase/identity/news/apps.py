from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "vardkase.identity.news"
    label = "news"
