"""Speed and memory measured: the engine, the others, and side by side with a simpler model."""
