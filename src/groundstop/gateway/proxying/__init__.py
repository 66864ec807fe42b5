"""From a request that was read to its answer: ruled on, sent on, looked at on its way back."""
