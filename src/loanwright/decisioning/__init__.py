"""From an assessment and a policy to one outcome with its reasons; standard library only."""
