//! Live series.

use std::sync::Arc;

use dioxus::prelude::*;

use super::{
    boxed::{use_drop, use_effect, use_memo, use_signal},
    context::use_provided,
};
use crate::state::{SAMPLES, Series};

/// Live series with their names, in the order of the names asked for, wildcards in alphabetical order.
#[derive(Clone, Debug, Default)]
pub struct SeriesList(pub Vec<(String, Arc<Series>)>);

/// Shared series are the same as long as nothing has come.
impl PartialEq for SeriesList {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        let same = pairs.all(|((name, series), (name_other, other))| name == name_other && Arc::ptr_eq(series, other));
        self.0.len() == other.0.len() && same
    }
}

/// Whether the card around a component is where somebody can see it.
#[derive(Clone, Copy)]
struct Sight(Signal<bool>);

/// What is below this draws no live value while the signal that it gives is false.
pub(crate) fn use_sight_provider() -> Signal<bool> {
    let is_seen = use_signal(|| true);
    use_hook(|| provide_context(Sight(is_seen)));
    is_seen
}

/// Whether somebody can see the card around; true without one.
#[cfg(feature = "dashboard")]
pub(crate) fn use_in_sight() -> bool {
    use_hook(try_consume_context::<Sight>).is_none_or(|Sight(is_seen)| is_seen())
}

/// The last minutes of live series, and each new value as it comes. A name that ends in `*` stands for every series
/// that begins so. A series that has sent nothing yet is missing from the list. Asks the server for exactly what is on
/// the screen; stops with the component. Of a card that nobody can see, since it is scrolled away, the list stays as it was until somebody can.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::use_samples;
///
/// #[component]
/// fn Processor() -> Element {
///     let names = use_signal(|| vec!["host.cpu".to_owned()]);
///     let cpu = use_samples(names.into());
///     let list = cpu.read();
///     let percent = list.0.first().and_then(|(_, series)| series.latest()?.as_f64());
///     rsx! { {percent.map_or("…".to_owned(), |percent| format!("{percent} %"))} }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_samples(names: ReadSignal<Vec<String>>) -> Memo<SeriesList> {
    let context = use_provided("use_samples");
    let mut wanted = use_hook(|| CopyValue::new(Vec::<String>::new()));
    use_effect(move || {
        let names = names();
        let before = std::mem::replace(&mut *wanted.write(), names.clone());
        context.want_series(&names);
        context.unwant_series(&before);
    });
    use_drop(move || context.unwant_series(&wanted.peek()));
    let sight = use_hook(try_consume_context::<Sight>);
    let mut last = use_signal(SeriesList::default);
    use_memo(move || {
        let names = names.read();
        // What has something of all to show keeps it; of a card that still waits for one the first values are taken wherever it is.
        if sight.is_some_and(|Sight(is_seen)| !is_seen()) && last.peek().0.len() >= names.len() {
            return last.peek().clone();
        }
        let mut list = Vec::new();
        if names.is_empty() {
            // Nothing that comes concerns it.
            return SeriesList(list);
        }
        let samples = SAMPLES.read();
        for name in names.iter() {
            match name.strip_suffix('*') {
                Some(prefix) => {
                    let matching = samples
                        .range(prefix.to_owned()..)
                        .take_while(|(name, _)| name.starts_with(prefix));
                    list.extend(matching.map(|(name, series)| (name.clone(), series.clone())));
                }
                None => list.extend(samples.get(name).map(|series| (name.clone(), series.clone()))),
            }
        }
        let list = SeriesList(list);
        last.set(list.clone());
        list
    })
}
