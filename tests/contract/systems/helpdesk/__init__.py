"""django-helpdesk on SQLite."""
