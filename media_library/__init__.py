"""What a seller owns: pictures, the projects they lie in, and the files behind them."""
