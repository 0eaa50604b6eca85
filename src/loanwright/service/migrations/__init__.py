"""The history of the database tables, up and down."""
