"""The figures that documents name: measured side by side, and written by the command."""
