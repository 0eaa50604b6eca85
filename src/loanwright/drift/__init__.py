"""Whether applicants have moved: reference, chunk, method, threshold, alert."""
