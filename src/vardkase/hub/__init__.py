"""Hub functions: operating the installation, and its membership and collaboration features."""
