"""What officers do with an application."""
