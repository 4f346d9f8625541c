//! A window that was closed goes, also where nothing answers any more that is asked to store what it shows: nobody sees it, and it keeps
//! the others from the store. All this is outside of its `VirtualDom`, which may be what does not answer.

use std::{
    cell::RefCell,
    process,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use crate::config::CLOSING_MS_MAX;

/// Windows that nobody has closed, in this process.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Of one window.
#[derive(Clone)]
pub struct Watchdog(Rc<RefCell<Option<Closing>>>);

/// A window was closed, and has not gone yet.
struct Closing {
    is_late: Arc<AtomicBool>,
    /// Dropped, it calls the watchdog off.
    _watched: Sender<()>,
}

impl Watchdog {
    /// For a window that opens.
    pub fn new() -> Self {
        OPEN.fetch_add(1, Ordering::Relaxed);
        Self(Rc::default())
    }

    /// The window was closed. Where it is the last one that was, the process ends if it does not go.
    pub fn begin(&self) {
        if self.0.borrow().is_some() {
            return;
        }
        OPEN.fetch_sub(1, Ordering::Relaxed);
        let is_late = Arc::new(AtomicBool::new(false));
        let (watched, gone) = channel();
        self.0.replace(Some(Closing {
            is_late: is_late.clone(),
            _watched: watched,
        }));
        thread::spawn(move || {
            if gone.recv_timeout(Duration::from_millis(CLOSING_MS_MAX)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            is_late.store(true, Ordering::Relaxed);
            if OPEN.load(Ordering::Relaxed) == 0 {
                eprintln!("The window did not answer when it was closed. What it had not stored is lost.");
                process::exit(1);
            }
        });
    }

    /// It is shown again after all.
    pub fn call_off(&self) {
        if self.0.take().is_some() {
            OPEN.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether it was closed long ago: whoever hears of it beside others takes it away.
    pub fn is_late(&self) -> bool {
        let closing = self.0.borrow();
        closing
            .as_ref()
            .is_some_and(|closing| closing.is_late.load(Ordering::Relaxed))
    }

    /// It is gone.
    pub fn end(&self) {
        if self.0.take().is_none() {
            OPEN.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
