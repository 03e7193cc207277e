"""What people do with the results, kept in a relational database: who may ask, what was asked, what was decided."""
