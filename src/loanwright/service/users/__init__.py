"""Who may call: users with roles, and API keys with scopes."""
