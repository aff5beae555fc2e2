"""What is done to pictures: commands, jobs, the engine behind them, and the doors in front."""
