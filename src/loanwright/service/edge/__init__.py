"""Where HTTP meets the service: limits, identity, gathering, logs. It knows nothing of credit."""
