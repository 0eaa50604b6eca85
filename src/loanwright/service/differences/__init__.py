"""Why a decision would come out otherwise now: model, policy or data."""
