"""Pure functions on torch tensors. They do on the device what `models.ops` does to pixels on the host.

Pages are float32 (3, H, W) tensors of whole levels 0..255: these are exact, and PyTorch's samplers take them. Every
function queues work and waits for nothing. Only code of the engine ``torch`` imports this package.
"""
