"""Requests in, pixels to `models`, text out."""

import os

# OpenCV reads this when it is first loaded, and every way into the server passes here before that. The real check is
# made on each image's header (server/decode); this one stops a header that lies.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "178956970")
