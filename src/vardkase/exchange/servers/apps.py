from django.apps import AppConfig


class ServersConfig(AppConfig):
    name = "vardkase.exchange.servers"
    label = "servers"
