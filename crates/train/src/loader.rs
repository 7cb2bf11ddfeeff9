//! Loads batches ahead on a thread of their own and measures how long training waits for them.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use crate::{Result, TrainError};

/// Batches loaded ahead.
const AHEAD: usize = 2;

/// Runs `consume` over `produce(0)..produce(count - 1)` in order, producing up to [`AHEAD`] items ahead.
///
/// `consume` receives the item and the time spent waiting for it, and returns false to stop early.
///
/// # Errors
/// The first error of `produce` or `consume`; [`TrainError::LoaderStopped`] if the thread panicked.
pub(crate) fn prefetch<T: Send>(
    count: usize,
    mut produce: impl FnMut(usize) -> Result<T> + Send,
    mut consume: impl FnMut(usize, T, Duration) -> Result<bool>,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(AHEAD);
        scope.spawn(move || {
            for index in 0..count {
                let item = produce(index);
                let failed = item.is_err();
                if sender.send(item).is_err() || failed {
                    return;
                }
            }
        });
        for index in 0..count {
            let (item, waited) = receive(&receiver)?;
            if !consume(index, item?, waited)? {
                break;
            }
        }
        drop(receiver);
        Ok(())
    })
}

fn receive<T>(receiver: &Receiver<T>) -> Result<(T, Duration)> {
    let start = Instant::now();
    let item = receiver.recv().map_err(|_| TrainError::LoaderStopped)?;
    Ok((item, start.elapsed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_arrive_in_order_and_stopping_early_ends_the_producer() {
        let mut seen = Vec::new();
        prefetch(
            100,
            |i| Ok(i * 2),
            |i, item, _| {
                seen.push(item);
                Ok(i < 4)
            },
        )
        .unwrap();
        assert_eq!(seen, [0, 2, 4, 6, 8]);
    }

    #[test]
    fn producers_error_reaches_the_consumer() {
        let fail = |i| if i == 1 { Err(TrainError::Unsuitable("no".into())) } else { Ok(i) };
        let outcome = prefetch(3, fail, |_, _, _| Ok(true));
        assert_eq!(outcome.unwrap_err().to_string(), "no");
    }
}
