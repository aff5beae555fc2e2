"""A picture in the studio: its page and form, cropping, touching up."""
