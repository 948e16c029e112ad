"""The OCR server: takes requests, gives pixels to `models`, and answers with text."""

import os

# OpenCV reads this when it is first loaded, and every way into the server passes here before that. The real check reads
# each image's header (server/decode). This one stops a header that lies.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "178956970")
