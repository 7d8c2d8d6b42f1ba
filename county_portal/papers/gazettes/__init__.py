"""The government gazette: composed, printed, signed, issued; and its bound volume of a year."""
