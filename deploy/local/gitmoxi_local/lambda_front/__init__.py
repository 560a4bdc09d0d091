"""Lambda over HTTP: the control plane from the model, invocations from ministack, which mirrors it."""
