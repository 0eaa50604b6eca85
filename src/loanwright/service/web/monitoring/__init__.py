"""The pages about drift, outcomes and alerts."""
