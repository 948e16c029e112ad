"""Models whose input is made on the device that they run on, by PyTorch. One module a stage.

A page is uploaded once. Everything that is done to pixels afterwards is queued on a lane's own stream, and only maps,
classes and their probabilities come back. Each lane's thread waits once a batch, for its answer.
"""
