"""Pure functions on arrays: what happens to pixels and probabilities between the models."""
