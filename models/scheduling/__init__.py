"""Who is next: a fair queue of requests, and the processor cores that models share."""
