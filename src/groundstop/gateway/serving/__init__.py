"""The door that clients knock at: connections, who they are, and the data plane behind."""
