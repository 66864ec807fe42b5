"""What the benchmarks of the gateway are made of: programs that run, an operator's folder, and load."""
