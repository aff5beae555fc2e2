"""Orders of room photos: registered first, uploaded to addresses of their own, enhanced by themselves."""
