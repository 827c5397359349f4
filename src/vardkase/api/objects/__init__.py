"""The endpoints of objects, their references and templates."""
