"""Users, sessions, roles and API keys over HTTP."""
