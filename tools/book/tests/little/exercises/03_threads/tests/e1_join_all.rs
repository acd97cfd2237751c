// The tests of the book never build this.
