"""Parts of the settings. They are read before Django is ready, so they import nothing of it but exceptions."""
