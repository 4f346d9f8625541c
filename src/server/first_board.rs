//! Boards that a server is born with.

mod this_machine;

use std::{collections::BTreeMap, error, fmt};

pub use this_machine::{this_machine, this_machine_said};

use super::log::{Context, Log, Memory};
use crate::{
    board::{Catalog, kinds},
    config::SCHEMA,
    protocol::{
        Access, Answer, BoardId, ClientId, Cursor, Epoch, FieldName, Identity, Intent, Kind, Operation, OperationId,
        Push, PushItem, RunId, StoreId, Value, Verdict, WidgetId,
    },
    sorted::SortedMap,
    time::Timestamp,
};

/// A board that a server makes when its store has no such board, and what is on it then. From then on it is people's: what
/// they have changed or removed stays so.
///
/// ```
/// use serde_json::json;
/// use tideboard::{protocol::BoardId, server::FirstBoard};
///
/// let warehouse = FirstBoard::new(BoardId::named("warehouse"), "Warehouse")
///     .with("pallet-1", "pallet", json!({"title": "Pallet 1", "boxes": 0}))
///     .with("pallet-2", "pallet", json!({"title": "Pallet 2", "boxes": 0}));
/// ```
#[derive(Clone, Debug)]
pub struct FirstBoard {
    id: BoardId,
    name: String,
    widgets: Vec<(WidgetId, Kind, SortedMap<FieldName, Value>)>,
}

/// Why a first board can't be made. Nothing of it was.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstBoardError {
    /// The board.
    pub board: BoardId,
    /// The widget that is refused.
    pub widget: WidgetId,
    /// What the server answers to whoever wants to make it.
    pub answer: Answer,
}

impl FirstBoard {
    /// A board called `name`, with nothing on it.
    #[must_use]
    pub fn new(id: BoardId, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            widgets: Vec::new(),
        }
    }

    /// The same with one more widget, of a kind in the server's catalog; `fields` is an object of its first values.
    ///
    /// # Panics
    /// When a name is none (see [`crate::config::NAME_BYTES_MAX`]), or `fields` no object: both are written in the app.
    #[must_use]
    pub fn with(mut self, widget: &'static str, kind: &'static str, fields: Value) -> Self {
        let fields = serde_json::from_value(fields);
        let fields = fields.unwrap_or_else(|error| panic!("the fields of `{widget}`: {error}"));
        self.widgets.push((WidgetId::named(widget), Kind::named(kind), fields));
        self
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn id(&self) -> &BoardId {
        &self.id
    }

    /// Whether all of it may be made under `catalog`: it is, on a log that nobody keeps.
    ///
    /// # Errors
    /// [`FirstBoardError`], of the first widget that is refused.
    pub fn check(&self, catalog: &Catalog) -> Result<(), FirstBoardError> {
        let (identity, push) = making(std::slice::from_ref(self), StoreId(0), RunId(0), 0);
        let context = Context {
            now: Timestamp(0),
            run: RunId(0),
            identity: &identity,
            device: None,
            catalog,
        };
        let mut logs = BTreeMap::new();
        for item in push.items {
            let PushItem::Operation { operation, .. } = &item else {
                continue;
            };
            let log = logs.entry(operation.board.clone());
            let log = log.or_insert_with(|| Log::new(Memory::default(), Epoch(0)));
            if let Some(error) = refusal(&item, log.decide(&context, &item)) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// What makes it: its entry in the directory, its own record, its widgets.
    fn creations(&self) -> impl Iterator<Item = (BoardId, WidgetId, Intent)> {
        let named = || Intent::Create {
            kind: Kind::named(kinds::BOARD),
            fields: SortedMap::from([(FieldName::named("name"), Value::from(self.name.as_str()))]),
        };
        let entry = self
            .id
            .as_str()
            .parse()
            .expect("a board's name is a widget's in the directory");
        let own = [
            (BoardId::directory(), entry, named()),
            (self.id.clone(), WidgetId::birth(), named()),
        ];
        let widgets = self.widgets.iter().map(|(widget, kind, fields)| {
            let (kind, fields) = (kind.clone(), fields.clone());
            (self.id.clone(), widget.clone(), Intent::Create { kind, fields })
        });
        own.into_iter().chain(widgets)
    }
}

/// The operations that make `boards`, like anyone's, and who makes them. `client` is drawn by the caller.
#[must_use]
pub(crate) fn making(boards: &[FirstBoard], store: StoreId, run: RunId, client: u128) -> (Identity, Push) {
    let identity = Identity {
        principal: "server".parse().expect("a plain name"),
        access: Access::Edit,
    };
    let creations = boards.iter().flat_map(FirstBoard::creations);
    let items = creations.zip(1..).map(|((board, widget, intent), sequence)| {
        let operation = Operation {
            id: OperationId {
                client: ClientId(client),
                sequence,
            },
            board,
            widget,
            schema: SCHEMA,
            made_at: Cursor::ORIGIN,
            intent,
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        };
        PushItem::Operation { operation, after: None }
    });
    let push = Push {
        store,
        run,
        principal: identity.principal.clone(),
        device: None,
        items: items.collect(),
    };
    (identity, push)
}

/// What is wrong, where an operation that was to make a first board did not take effect.
pub(super) fn refusal(item: &PushItem, answer: Answer) -> Option<FirstBoardError> {
    let PushItem::Operation { operation, .. } = item else {
        return None;
    };
    let is_applied = matches!(&answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
    let (board, widget) = (operation.board.clone(), operation.widget.clone());
    (!is_applied).then_some(FirstBoardError { board, widget, answer })
}

impl fmt::Display for FirstBoardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { board, widget, answer } = self;
        write!(
            f,
            "the first board `{board}` can't be made, for its widget `{widget}`: "
        )?;
        match answer {
            Answer::Verdict {
                verdict: Verdict::Rejected { reason, .. },
                ..
            } => reason.fmt(f),
            Answer::Retry { reason, .. } => f.write_str(reason),
            other => write!(f, "{other:?}"),
        }
    }
}

impl error::Error for FirstBoardError {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        board::{FieldSpec, Policy, ValueType},
        protocol::Rejection,
    };

    fn pallets() -> Catalog {
        let boxes = FieldSpec::new("boxes", ValueType::Integer, Policy::LastWriteWins);
        Catalog::empty().with("pallet", vec![boxes])
    }

    fn warehouse(kind: &'static str, fields: Value) -> FirstBoard {
        FirstBoard::new(BoardId::named("warehouse"), "Warehouse").with("pallet-1", kind, fields)
    }

    #[test]
    fn what_the_catalog_knows_may_be_on_a_first_board() {
        assert_eq!(warehouse("pallet", json!({"boxes": 3})).check(&pallets()), Ok(()));
        assert_eq!(this_machine().check(&Catalog::default()), Ok(()));
    }

    #[test]
    fn what_it_does_not_know_is_named_with_the_reason() {
        let refused = |kind, fields, expected: Rejection| {
            let error = warehouse(kind, fields).check(&pallets()).expect_err("it is refused");
            assert_eq!((error.board.as_str(), error.widget.as_str()), ("warehouse", "pallet-1"));
            let said = error.to_string();
            assert!(said.ends_with(&expected.to_string()), "{said}");
        };
        refused("crate", json!({}), Rejection::UnknownKind);
        refused("pallet", json!({"colour": "red"}), Rejection::UnknownField);
        let twice = warehouse("pallet", json!({})).with("pallet-1", "pallet", json!({}));
        let error = twice.check(&pallets()).expect_err("there is one of that name");
        assert!(error.to_string().contains("taken"), "{error}");
    }

    #[test]
    #[should_panic(expected = "the fields of `pallet-1`")]
    fn fields_without_names_are_refused_where_they_are_written() {
        _ = warehouse("pallet", json!(3));
    }
}
