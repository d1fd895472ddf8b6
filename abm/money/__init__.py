"""Where yuan are: rules of the law, what families are paid, what they foresee, prices and homes, the public budget."""
