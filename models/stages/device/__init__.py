"""Models that make their input with PyTorch on the device that they run on. Each stage has one module.

A page is uploaded once. All later work on its pixels is queued on a lane's own stream. Only maps, classes and their
probabilities come back to the host. The thread of a lane waits once for each batch, for its output.
"""
