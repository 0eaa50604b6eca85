"""Messages that leave with the transaction that caused them, and reach a worker at least once."""
