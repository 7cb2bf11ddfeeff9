//! Imports and preparation from end to end, in one test program that links once.

mod support;

mod bold5000;
mod derived;
mod generated;
mod generic;
mod god;
mod haxby;
mod importers;
mod miyawaki;
mod nsd;
mod places;
mod prepare;
mod real;
mod shuffled;
mod ssr;
mod standardise;
mod surface;
mod tables;
mod things;
mod vim1;
