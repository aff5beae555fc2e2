"""How requests reach Django: their bodies within limits of size, time and number."""
