"""What is shown: tables and renderers. Nothing here measures or decides."""
