"""A long mixed load with faults: is anything lost or mixed up, and does anything grow?"""
