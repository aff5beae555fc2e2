"""The native API's endpoints of tools and jobs."""
