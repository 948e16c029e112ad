"""Pure functions on torch tensors: what `models.ops` does to pixels on the host, done where the models are.

Pages are float32 (3, H, W) tensors of the levels 0..255, whole numbers all: exact, and what PyTorch's samplers take.
Every function queues work and waits for nothing. Only what runs with the engine ``torch`` imports this package.
"""
