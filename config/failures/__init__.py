"""When something of the site itself fails: told as what it is, done without, or taken over."""
