"""What reports become: the page with its figures and tables, the workbook, the definitions of their words."""
