from django.apps import AppConfig


class FourEyesConfig(AppConfig):
    name = "vardkase.identity.accounts.four_eyes"
    label = "four_eyes"
