"""Products cut out, on white and in scenes: sheets to be judged by eye, and what can be measured."""
