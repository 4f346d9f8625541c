//! The app itself: its boards, its pages, and the widgets on them.

mod chart;
mod plot;
