"""Benchmarks that anybody can repeat; the machine is printed beside every figure."""
