//! The product: config, displays, links and the controller; and the headless binary `portholed`.
