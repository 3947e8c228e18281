"""`datalab leesniveau`."""
