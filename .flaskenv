# Lets `flask …` be typed in this folder without more words.
FLASK_APP=wsgi:office
