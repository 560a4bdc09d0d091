"""Every message that travels between the services, versioned."""
