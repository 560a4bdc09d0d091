"""What AWS and Gitmoxi would reject, found before they are asked. Pure."""
