"""What every change inside an event rests on: its lock, its audiences, and the rows that a document becomes."""
