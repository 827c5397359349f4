"""Guard against data that must not leave an organisation through the hub, on every way of publishing."""
