"""Store: tables, transactions, reads and migrations on SQLite and PostgreSQL."""
