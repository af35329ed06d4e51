"""The parts of bench/scale, one module each: what grows, and how the cost grows with it."""

PARTS = ("stored", "backlog", "bodies", "sources", "replicas", "memory", "start")
