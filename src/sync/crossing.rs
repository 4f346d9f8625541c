//! Edits of what is not there any more: somebody else has put something else there since their author began.

use super::{
    CommandError, Engine,
    commands::{Seen, check_value},
};
use crate::{
    planted::{self, Bug},
    protocol::{Base, BoardId, Field, FieldName, Intent, Revision, Value, WidgetId},
    time::Timestamp,
};

impl Engine {
    /// Gives a field a value that was made of `base`. Where that is neither shown nor what is under one's own edits, its author has not seen
    /// what somebody else has put there: it is an edit of what was there before.
    pub(super) fn set_on(
        &mut self,
        now: Timestamp,
        (board, widget): (BoardId, WidgetId),
        field: FieldName,
        value: Value,
        base: Value,
    ) -> Result<(), CommandError> {
        let shown = self.shown_widget(&board, &widget);
        let is_base = |there: Option<&Field>| there.is_none_or(|there| there.value == base);
        let there = shown.board.field(&widget, &field);
        let under = shown
            .confirmed_widget(&widget)
            .and_then(|under| under.fields.get(&field));
        if is_base(there) || is_base(under) || planted::is(Bug::TypedOnWhatIsShown) {
            return self.set(now, board, widget, field, value);
        }
        check_value(&base)?;
        self.check_room(true)?;
        // Who goes on with what is asked about already has begun where that began.
        let asked = self.conflicts.values().find(|conflict| {
            let operation = &conflict.operation;
            let place = (&operation.board, &operation.widget, operation.intent.field());
            place == (&board, &widget, Some(&field)) && conflict.mine() == Some(&base)
        });
        let before = asked.map_or(Some(&base), |conflict| conflict.before()).cloned();
        let seen = Seen {
            // Nothing of the field: a backup may take it back to a revision from before theirs, which the author has not seen either.
            base: Base::Revision(Revision::ZERO),
            value: before.filter(|value| !value.is_null()),
            resolves: None,
        };
        self.edit(now, board, widget, Intent::Set { field, value }, Some(seen))
    }
}
