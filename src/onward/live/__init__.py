"""What happens with a bundle in use: answers to advising systems, to programs and to people."""
