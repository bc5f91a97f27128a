"""What traces cost, and sample traces to measure and test with."""
