"""The networks that metrics look through, with the weights their authors published. Loaded once a process."""
