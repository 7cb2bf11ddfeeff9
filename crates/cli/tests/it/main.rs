//! The program from end to end. One test program for all of it links once, and its tests share the desks that they start from.

mod common;

mod baseline;
mod best;
mod biology;
mod classes;
mod compare;
mod damaged;
mod decode;
mod doubts;
mod few_images;
mod figures;
mod help;
mod integrity;
mod interrupted;
mod killed;
mod manifest;
mod metrics;
mod other_data;
mod pairs;
mod preflight;
mod product;
mod progress;
mod refusals;
mod regions;
mod resume;
mod series;
mod shapes;
mod starts;
mod study;
mod unit;
mod validity;
mod view;
