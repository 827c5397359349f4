from django.apps import AppConfig


class BlocklistsConfig(AppConfig):
    name = "vardkase.knowledge.blocklists"
    label = "blocklists"
