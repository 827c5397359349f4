"""What must not leave an organisation through the hub, whoever publishes it and whichever way it came."""
