//! Tideboard: the shared board that keeps working when the network doesn't.
