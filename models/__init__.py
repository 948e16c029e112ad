"""From page images to text: stages, batching, inference engines and model weights."""
