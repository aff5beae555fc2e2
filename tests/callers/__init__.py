"""Every address of the site, called by everybody who may not."""
