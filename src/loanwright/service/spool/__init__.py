"""What was answered while the database was away: kept in files until it is back."""
