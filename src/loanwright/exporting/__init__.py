"""Models in the formats of other systems: ONNX, SQL, PMML."""
