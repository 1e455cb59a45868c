//! Bodies that nobody reads to their end.
//!
//! The HTTP library drains the rest of a chunked body whose reader went away, and waits for it without an end: a
//! client that trickles would hold a connection for ever. As long as the reader is there it closes the connection
//! instead. So the reader is kept until the answer is out.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{ConnectionType, header};
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::Stream;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// The body of a request, which its handler and its answer hold together.
#[derive(Clone)]
pub(super) struct Reader {
    payload: Rc<RefCell<Payload>>,
    ended: Rc<Cell<bool>>,
}

impl Stream for Reader {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = Pin::new(&mut *self.payload.borrow_mut()).poll_next(cx);
        if let Poll::Ready(None) = polled {
            self.ended.set(true);
        }
        polled
    }
}

impl Reader {
    /// Takes the body of a request and lets its handler read it; none when the request has no body.
    pub(super) fn of(request: &mut ServiceRequest) -> Option<Reader> {
        if !has_body(request.request()) {
            return None;
        }
        let payload = Rc::new(RefCell::new(request.take_payload()));
        let reader = Reader { payload, ended: Rc::default() };
        request.set_payload(Payload::Stream { payload: Box::pin(reader.clone()) });
        Some(reader)
    }

    /// Has the connection closed after an answer, if the body was not read to its end.
    pub(super) fn settle(self, mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        if self.ended.get() {
            return response;
        }
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        response.map_body(|_, body| BoxBody::new(Answer { body, _reader: self }))
    }
}

fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    length || headers.contains_key(header::TRANSFER_ENCODING)
}

/// An answer that holds on to the body of its request.
struct Answer {
    body: BoxBody,
    _reader: Reader,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
