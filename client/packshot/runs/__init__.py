"""The same done to many photos: which, by whom, what is done already, and how it went."""
