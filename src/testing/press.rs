//! What a person does with what is rendered: finding an element by what it is called, clicking it, putting a value in.

use std::{any::Any, rc::Rc};

use dioxus::{
    core::{AttributeValue, DynamicNode, ElementId, Event, TemplateAttribute, TemplateNode},
    html::{
        AnimationData, CancelData, ClipboardData, CompositionData, DragData, FileData, FocusData, FormData, FormValue,
        HasFileData, HasFormData, HasMouseData, HtmlEventConverter, ImageData, InteractionElementOffset,
        InteractionLocation, KeyboardData, MediaData, Modifiers, ModifiersInteraction, MountedData, MouseData,
        PlatformEventData, PointerData, PointerInteraction, ResizeData, ScrollData, SelectionData, ToggleData,
        TouchData, TransitionData, VisibleData, WheelData,
        geometry::{ClientPoint, ElementPoint, PagePoint, ScreenPoint},
        input_data::{MouseButton, MouseButtonSet},
        set_event_converter,
    },
    prelude::{VNode, VirtualDom},
};

/// An element as a person meets it.
#[derive(Debug, Default)]
struct Seen {
    /// What is said of it: `aria-label`, else the text in it.
    label: Option<String>,
    text: String,
    /// The events that it listens for, each with the element's number.
    listeners: Vec<(&'static str, ElementId)>,
    is_label: bool,
    /// Nobody can press it, or anything in it.
    is_disabled: bool,
    inside: Vec<Self>,
}

/// The first element called `name` that listens for one of `events`; of what stands in a `label`, that says what it is called.
pub(super) fn find(dom: &VirtualDom, name: &str, events: &[&str]) -> Option<ElementId> {
    let mut page = Seen::default();
    look(dom, dom.base_scope().root_node(), &mut page);
    page.find(name, events, false)
}

impl Seen {
    fn find(&self, name: &str, events: &[&str], is_labelled: bool) -> Option<ElementId> {
        if self.is_disabled {
            return None;
        }
        let is_own = self.label.as_deref().unwrap_or(&self.text).trim() == name;
        let listens = self.listeners.iter().find(|(event, _)| events.contains(event));
        if let (true, Some((_, element))) = (is_own || (is_labelled && self.label.is_none()), listens) {
            return Some(*element);
        }
        let is_labelled = is_labelled || (self.is_label && is_own);
        let mut inside = self.inside.iter();
        inside.find_map(|inside| inside.find(name, events, is_labelled))
    }
}

fn look(dom: &VirtualDom, node: &VNode, into: &mut Seen) {
    for root in node.template.roots {
        look_at(dom, node, root, into);
    }
}

fn look_at(dom: &VirtualDom, node: &VNode, part: &TemplateNode, into: &mut Seen) {
    match part {
        TemplateNode::Text { text } => into.text.push_str(text),
        TemplateNode::Dynamic { id } => match &node.dynamic_nodes[*id] {
            DynamicNode::Text(text) => into.text.push_str(&text.value),
            DynamicNode::Fragment(nodes) => nodes.iter().for_each(|inside| look(dom, inside, into)),
            DynamicNode::Component(component) => {
                if let Some(scope) = component.mounted_scope(*id, node, dom) {
                    look(dom, scope.root_node(), into);
                }
            }
            DynamicNode::Placeholder(_) => {}
        },
        TemplateNode::Element {
            tag, attrs, children, ..
        } => {
            let mut element = Seen {
                is_label: *tag == "label",
                ..Seen::default()
            };
            // A label is called by its own words, not by those of the choices in it.
            let mut is_unread = matches!(*tag, "select" | "textarea");
            for attr in *attrs {
                match attr {
                    TemplateAttribute::Static { name, value, .. } if *name == "aria-label" => {
                        element.label = Some((*value).to_owned());
                    }
                    TemplateAttribute::Static { name, value, .. } if *name == "disabled" => {
                        element.is_disabled = *value != "false";
                    }
                    TemplateAttribute::Static { name, value, .. } => {
                        is_unread |= *name == "aria-hidden" && *value == "true";
                    }
                    TemplateAttribute::Dynamic { id } => {
                        let number = node.mounted_dynamic_attribute(*id, dom);
                        for attr in &*node.dynamic_attrs[*id] {
                            match (&attr.value, number) {
                                (AttributeValue::Text(text), _) if attr.name == "aria-label" => {
                                    element.label = Some(text.clone());
                                }
                                (AttributeValue::Bool(is_disabled), _) if attr.name == "disabled" => {
                                    element.is_disabled = *is_disabled;
                                }
                                (AttributeValue::Listener(_), Some(number)) => {
                                    element.listeners.push((attr.name.trim_start_matches("on"), number));
                                }
                                _ => {}
                            }
                        }
                    }
                }
            }
            for child in *children {
                look_at(dom, node, child, &mut element);
            }
            if !is_unread {
                into.text.push_str(&element.text);
            }
            into.inside.push(element);
        }
    }
}

/// Clicks an element.
pub(super) fn click(dom: &VirtualDom, element: ElementId) {
    tell(
        dom,
        element,
        "click",
        Rc::new(PlatformEventData::new(Box::new(Pressed))),
    );
}

/// Puts a value into an element, which hears of it as of one that was typed and left.
pub(super) fn fill(dom: &VirtualDom, element: ElementId, value: &str) {
    for event in ["input", "change"] {
        let filled = Filled(value.to_owned());
        tell(dom, element, event, Rc::new(PlatformEventData::new(Box::new(filled))));
    }
}

fn tell(dom: &VirtualDom, element: ElementId, event: &str, data: Rc<dyn Any>) {
    set_event_converter(Box::new(Converter));
    dom.runtime().handle_event(event, Event::new(data, true), element);
}

/// A click in the middle of nowhere.
#[derive(Clone, Copy)]
struct Pressed;

impl InteractionLocation for Pressed {
    fn client_coordinates(&self) -> ClientPoint {
        ClientPoint::zero()
    }

    fn screen_coordinates(&self) -> ScreenPoint {
        ScreenPoint::zero()
    }

    fn page_coordinates(&self) -> PagePoint {
        PagePoint::zero()
    }
}

impl InteractionElementOffset for Pressed {
    fn element_coordinates(&self) -> ElementPoint {
        ElementPoint::zero()
    }
}

impl ModifiersInteraction for Pressed {
    fn modifiers(&self) -> Modifiers {
        Modifiers::empty()
    }
}

impl PointerInteraction for Pressed {
    fn trigger_button(&self) -> Option<MouseButton> {
        Some(MouseButton::Primary)
    }

    fn held_buttons(&self) -> MouseButtonSet {
        MouseButtonSet::empty()
    }
}

impl HasMouseData for Pressed {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A value that was put in.
#[derive(Clone)]
struct Filled(String);

impl HasFileData for Filled {
    fn files(&self) -> Vec<FileData> {
        Vec::new()
    }
}

impl HasFormData for Filled {
    fn value(&self) -> String {
        self.0.clone()
    }

    fn valid(&self) -> bool {
        true
    }

    fn values(&self) -> Vec<(String, FormValue)> {
        Vec::new()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Gives handlers what they take. Every event here is a click, or a value put in.
struct Converter;

macro_rules! convert_no_others {
    ($($convert:ident -> $data:ident),* $(,)?) => {
        $(fn $convert(&self, _: &PlatformEventData) -> $data {
            unreachable!(concat!("no test makes ", stringify!($data)))
        })*
    };
}

impl HtmlEventConverter for Converter {
    fn convert_mouse_data(&self, _: &PlatformEventData) -> MouseData {
        MouseData::new(Pressed)
    }

    fn convert_form_data(&self, event: &PlatformEventData) -> FormData {
        FormData::new(event.downcast::<Filled>().expect("what `fill` gave").clone())
    }

    convert_no_others! {
        convert_animation_data -> AnimationData,
        convert_cancel_data -> CancelData,
        convert_clipboard_data -> ClipboardData,
        convert_composition_data -> CompositionData,
        convert_drag_data -> DragData,
        convert_focus_data -> FocusData,
        convert_image_data -> ImageData,
        convert_keyboard_data -> KeyboardData,
        convert_media_data -> MediaData,
        convert_mounted_data -> MountedData,
        convert_pointer_data -> PointerData,
        convert_resize_data -> ResizeData,
        convert_scroll_data -> ScrollData,
        convert_selection_data -> SelectionData,
        convert_toggle_data -> ToggleData,
        convert_touch_data -> TouchData,
        convert_transition_data -> TransitionData,
        convert_visible_data -> VisibleData,
        convert_wheel_data -> WheelData,
    }
}
