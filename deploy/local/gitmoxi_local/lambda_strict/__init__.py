"""What AWS Lambda refuses and ministack would accept: checked before ministack is asked."""
