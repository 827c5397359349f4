from django.apps import AppConfig


class NoticelistsConfig(AppConfig):
    name = "vardkase.knowledge.noticelists"
    label = "noticelists"
