from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vardkase.identity.accounts"
    label = "accounts"
