"""What listeners write, read without a language model: words, numbers, years, lengths, and names with their typos."""
