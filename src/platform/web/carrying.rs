//! A card that a pointer carries: it follows, what it would be put down on is marked, and the page scrolls where it is held at an
//! edge. Or its corner is drawn until it has another size. A transform and an attribute or two are all that is done to the page's
//! elements, and they are taken back at the end.

use std::cell::RefCell;

use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Window};

use crate::platform::Put;

thread_local! {
    static CARRIED: RefCell<Option<Carried>> = const { RefCell::new(None) };
}

struct Carried {
    window: Window,
    document: Document,
    pointer: i32,
    /// What hears of the pointer, wherever that is.
    handle: Element,
    card: HtmlElement,
    /// Where the pointer is, in the window; and how high it was when it took hold.
    at: (f64, f64),
    began: f64,
    /// How far the pointer is from the card's upper corner; or, if the lower one is drawn, from where the card's size is zero.
    grip: (f64, f64),
    way: Way,
    _ticks: Interval,
}

enum Way {
    /// The card lies so many pixels from its place, over another one.
    Moved { by: (f64, f64), over: Option<Element> },
    /// With each size it has another room; the one it has had, and the one it would get.
    Drawn {
        sizes: &'static [&'static str],
        rooms: Vec<(f64, f64)>,
        size: usize,
        next: usize,
    },
}

pub fn grasp(pointer: i32, at: (f64, f64), is_mouse: bool, sizes: &'static [&'static str], size: usize) {
    CARRIED.with_borrow_mut(|carried| {
        if carried.is_none() {
            *carried = Carried::grasp(pointer, at, is_mouse, sizes, size);
        }
    });
}

pub fn carry(pointer: i32, at: (f64, f64)) {
    CARRIED.with_borrow_mut(|carried| {
        if let Some(carried) = carried.as_mut().filter(|carried| carried.pointer == pointer) {
            carried.at = at;
            carried.follow();
        }
    });
}

pub fn hold_pointer(pointer: i32, at: (f64, f64)) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(pressed) = document.and_then(|document| at_point(&document, at)) {
        let _ = pressed.set_pointer_capture(pointer); // one that is lifted already is heard of no more
    }
}

pub fn let_go(pointer: i32) -> Option<Put> {
    let carried = taken(Some(pointer))?;
    let put = carried.put();
    carried.put_back(put.is_none());
    put
}

pub fn put_back(pointer: Option<i32>) -> bool {
    let carried = taken(pointer);
    carried.is_some_and(|carried| {
        carried.put_back(true);
        true
    })
}

fn taken(pointer: Option<i32>) -> Option<Carried> {
    let is_its = |carried: &mut Carried| pointer.is_none_or(|pointer| carried.pointer == pointer);
    CARRIED.with_borrow_mut(|carried| carried.take_if(is_its))
}

/// Again and again while a card is carried.
fn tick() {
    CARRIED.with_borrow_mut(|held| {
        if let Some(carried) = held {
            if carried.handle.is_connected() {
                carried.scroll();
            } else {
                // The board is not arranged any more, or the card is gone.
                carried.put_back(false);
                *held = None;
            }
        }
    });
}

impl Carried {
    /// By its corner or its title, or with a mouse by all that is no button: elsewhere a finger pans the page.
    fn grasp(
        pointer: i32,
        at: (f64, f64),
        is_mouse: bool,
        sizes: &'static [&'static str],
        size: usize,
    ) -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let pressed = at_point(&document, at)?;
        let within = |selector| pressed.closest(selector).ok().flatten();
        let is_drawn = within(".arrange-corner").is_some();
        let is_held = is_drawn || within(".arrange-title").is_some() || (is_mouse && within("button").is_none());
        let handle = within(".arrange").filter(|_| is_held)?;
        let card: HtmlElement = handle.closest("article").ok()??.unchecked_into();
        let rect = card.get_bounding_client_rect();
        let (from, way) = if is_drawn {
            let mut rooms = Vec::new();
            for size in sizes {
                draw(&card, &handle, size);
                let rect = card.get_bounding_client_rect();
                rooms.push((rect.width(), rect.height()));
            }
            draw(&card, &handle, sizes.get(size)?);
            let way = Way::Drawn {
                sizes,
                rooms,
                size,
                next: size,
            };
            ((rect.width(), rect.height()), way)
        } else {
            let way = Way::Moved {
                by: (0.0, 0.0),
                over: None,
            };
            ((rect.left(), rect.top()), way)
        };
        mark(&card, "data-held", if is_drawn { "drawn" } else { "moved" });
        let mut carried = Self {
            window,
            document,
            pointer,
            handle,
            card,
            at,
            began: at.1,
            grip: (at.0 - from.0, at.1 - from.1),
            way,
            _ticks: Interval::new(TICK_MS, tick),
        };
        carried.follow();
        Some(carried)
    }

    fn follow(&mut self) {
        // The pointer is lost where somebody else has moved the card meanwhile, and can't be had where it is gone.
        let _ = self.handle.set_pointer_capture(self.pointer);
        let wanted = (self.at.0 - self.grip.0, self.at.1 - self.grip.1);
        match &mut self.way {
            Way::Moved { by, over } => {
                let rect = self.card.get_bounding_client_rect();
                *by = (
                    (by.0 + wanted.0 - rect.left()).floor(),
                    (by.1 + wanted.1 - rect.top()).floor(),
                );
                let (x, y) = ((by.0 as i32).to_string(), (by.1 as i32).to_string());
                transform(&self.card, &["translate(", &x, "px,", &y, "px)"].concat());
                let next = at_point(&self.document, self.at);
                let next = next.and_then(|under| under.closest("#board > article").ok().flatten());
                if *over != next {
                    if let Some(over) = over {
                        unmark(over, "data-over");
                    }
                    if let Some(next) = &next {
                        mark(next, "data-over", "");
                    }
                    *over = next;
                }
            }
            Way::Drawn { sizes, rooms, next, .. } => {
                let off = |room: &(f64, f64)| (room.0 - wanted.0).abs() + (room.1 - wanted.1).abs();
                // Where several look the same, it keeps the one that it has.
                let mut nearest = *next;
                for (size, room) in rooms.iter().enumerate() {
                    if off(room) < off(&rooms[nearest]) {
                        nearest = size;
                    }
                }
                if nearest != *next {
                    *next = nearest;
                    draw(&self.card, &self.handle, sizes[nearest]);
                }
            }
        }
    }

    /// The further, the nearer the pointer is to the edge; not where it has come from there.
    fn scroll(&mut self) {
        let height = self.document.document_element().map_or(0, |page| page.client_height());
        let y = self.at.1;
        let low = f64::from(height) - EDGE;
        let by = match y {
            _ if y < EDGE && y < self.began => y - EDGE,
            _ if y > low && y > self.began => y - low,
            _ => 0.0,
        };
        if by != 0.0 && matches!(self.way, Way::Moved { .. }) {
            self.window.scroll_by_with_x_and_y(0.0, by / SLOWNESS);
        }
        self.follow();
    }

    fn put(&self) -> Option<Put> {
        match &self.way {
            Way::Moved { over, .. } => {
                let mut before = over.as_ref()?.previous_element_sibling();
                let mut place = 0;
                while let Some(card) = before {
                    place += 1;
                    before = card.previous_element_sibling();
                }
                Some(Put::Place(place))
            }
            Way::Drawn { size, next, .. } => (size != next).then_some(Put::Size(*next)),
        }
    }

    /// At once, or so that it is seen to go back.
    fn put_back(&self, is_seen: bool) {
        if let Way::Moved { over: Some(over), .. } = &self.way {
            unmark(over, "data-over");
        }
        if is_seen {
            mark(&self.card, "data-held", "back");
        } else {
            unmark(&self.card, "data-held");
        }
        unmark(&self.card, "data-drawn");
        unmark(&self.handle, "data-drawn");
        transform(&self.card, "");
    }
}

fn at_point(document: &Document, at: (f64, f64)) -> Option<Element> {
    document.element_from_point(at.0 as f32, at.1 as f32)
}

/// As large as with another size. The handle says its name.
fn draw(card: &Element, handle: &Element, size: &str) {
    mark(card, "data-drawn", size);
    mark(handle, "data-drawn", size);
}

// These names are no attributes that could be refused.
fn mark(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

fn unmark(element: &Element, name: &str) {
    let _ = element.remove_attribute(name);
}

fn transform(card: &HtmlElement, to: &str) {
    let _ = card.style().set_property("transform", to);
}

const TICK_MS: u32 = 16;

/// How near to the window's upper or lower end the page scrolls, in pixels: the bars there take up to 110.
const EDGE: f64 = 140.0;

/// The distance into that is so many times the pixels that each tick scrolls.
const SLOWNESS: f64 = 8.0;
