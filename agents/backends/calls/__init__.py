"""What every call passes through: cache, purse, limits, retries, repair, prices."""
