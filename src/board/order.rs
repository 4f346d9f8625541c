//! Where widgets stand among each other: each has a number, and they stand by it.

use std::sync::Arc;

use crate::{
    protocol::{Widget, WidgetId},
    sorted::sorted,
};

/// The number of a widget; infinite for one that has none.
#[must_use]
pub fn order_of(widget: &Widget) -> f64 {
    let order = widget.field("order");
    order.and_then(|field| field.value.as_f64()).unwrap_or(f64::INFINITY)
}

/// Widgets of a board as they stand: by their numbers, and else as they were added.
#[must_use]
pub fn in_order<'a>(widgets: Vec<(&'a WidgetId, &'a Arc<Widget>)>) -> Vec<(&'a WidgetId, &'a Arc<Widget>)> {
    sorted(widgets, |(_, one), (_, other)| {
        let by_order = order_of(one).total_cmp(&order_of(other));
        by_order.then(one.created.cmp(&other.created))
    })
}

/// Which widgets get which number for the one at `from` to stand at `to`: that one last. `orders` are the numbers of all, as they stand;
/// infinite for one that has none. Where there is no room between its new neighbours, all are numbered anew before.
#[must_use]
pub fn moved(orders: &[f64], from: usize, to: usize) -> Vec<(usize, f64)> {
    if from == to || from >= orders.len() || to >= orders.len() {
        return Vec::new();
    }
    if let Some(order) = between(orders, from, to) {
        return vec![(from, order)];
    }
    let numbered: Vec<f64> = (1..=orders.len()).map(|order| order as f64).collect();
    let mut moved: Vec<(usize, f64)> = numbered.iter().copied().enumerate().collect();
    moved.retain(|(place, order)| orders[*place] != *order);
    moved.extend(between(&numbered, from, to).map(|order| (from, order)));
    moved
}

/// A number between those that will stand beside it, where there is one.
fn between(orders: &[f64], from: usize, to: usize) -> Option<f64> {
    let after = if to < from { to } else { to + 1 };
    let before = after.checked_sub(1).map(|before| orders[before]);
    let order = match (before, orders.get(after)) {
        (Some(before), Some(after)) if after.is_finite() => before.midpoint(*after),
        (Some(before), _) => before + 1.0,
        (None, after) => after? - 1.0,
    };
    let is_between = before.is_none_or(|before| before < order) && orders.get(after).is_none_or(|after| order < *after);
    (order.is_finite() && is_between).then_some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How they stand after that, by their first places.
    fn after(orders: &[f64], from: usize, to: usize) -> Vec<usize> {
        let mut orders: Vec<(f64, usize)> = orders.iter().copied().zip(0..).collect();
        for (place, order) in moved(&orders.iter().map(|(order, _)| *order).collect::<Vec<_>>(), from, to) {
            orders[place].0 = order;
        }
        orders.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        orders.into_iter().map(|(_, place)| place).collect()
    }

    #[test]
    fn one_comes_to_stand_where_it_is_put_whatever_the_others_have() {
        let without = f64::INFINITY;
        let tight = 1.0_f64.next_up();
        for orders in [
            [1.0, 2.0, 3.0, 4.0],
            [1.0, 1.0, 1.0, 1.0],
            [1.0, tight, tight.next_up(), 2.0],
            [1.0, 2.0, without, without],
            [without; 4],
            [-1e300, 0.0, 1e300, without],
        ] {
            for (from, to) in (0..4).flat_map(|from| (0..4).map(move |to| (from, to))) {
                let mut wanted = vec![0, 1, 2, 3];
                let place = wanted.remove(from);
                wanted.insert(to, place);
                assert_eq!(after(&orders, from, to), wanted, "{orders:?} {from} {to}");
            }
        }
    }

    #[test]
    fn only_what_is_moved_is_written_where_there_is_room_and_it_comes_last_where_there_is_none() {
        assert_eq!(moved(&[1.0, 2.0, 3.0], 2, 0), [(2, 0.0)]);
        assert_eq!(moved(&[1.0, 2.0, 3.0], 0, 1), [(0, 2.5)]);
        let anew = moved(&[f64::INFINITY; 3], 2, 1);
        assert_eq!(anew, [(0, 1.0), (1, 2.0), (2, 3.0), (2, 1.5)]);
        assert_eq!(moved(&[1.0], 0, 0), []);
        assert_eq!(moved(&[1.0], 0, 7), []);
    }
}
