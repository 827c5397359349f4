"""Documents of others on their way in: each format is read into MISP's form, and the usual services store it."""
