//! What training minimises: [`response`] for the encoder, [`image`] for the decoder.

pub mod image;
pub mod response;
