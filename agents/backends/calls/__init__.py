"""What every call passes through: cache, budget, limits, retries, repair, prices."""
