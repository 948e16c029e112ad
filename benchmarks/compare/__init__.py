"""Compare OCR services: plan what is sent where, run it, and report on the answers that were kept."""
