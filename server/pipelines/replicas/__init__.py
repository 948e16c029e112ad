"""One child process a device, each with a whole pipeline, and the dispatcher in front of them."""
