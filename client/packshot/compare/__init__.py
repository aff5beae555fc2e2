"""Sample calls sent to two services, and what differs in their answers: `packshot compare`."""
