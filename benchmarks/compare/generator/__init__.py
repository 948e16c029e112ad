"""A seeded generator of pages whose text, places and tables are known exactly: `pages.generate`.

Its fonts come with OpenCV, so the same seed makes the same truth everywhere, and the same files on one machine.
"""
