"""A new calibration for a live model, whose ranking stays as it is."""
