//! The body of a request while it arrives. Until it is complete, its connection counts as waiting, so that an incomplete
//! request keeps no other client out.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use crate::connections::Place;

pub(crate) struct Arriving {
    body: Incoming,
    place: Arc<Place>,
}

impl Arriving {
    pub(crate) fn new(body: Incoming, place: Arc<Place>) -> Self {
        if body.is_end_stream() {
            place.start_work();
        }
        Self { body, place }
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.place.start_work();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
