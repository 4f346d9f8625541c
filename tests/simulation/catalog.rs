//! What boards hold here.

use tideboard::board::{Catalog, FieldSpec, Policy, ValueType};

/// One kind of widget with a field of every policy.
pub fn catalog() -> Catalog {
    let number = || ValueType::Number { min: -1e9, max: 1e9 };
    Catalog::empty().with(
        "all",
        vec![
            FieldSpec::new("last", ValueType::Text, Policy::LastWriteWins),
            FieldSpec::new("first", ValueType::Text, Policy::FirstWriteWins),
            FieldSpec::new("note", ValueType::Text, Policy::Merge),
            FieldSpec::new("ask", ValueType::Text, Policy::Ask),
            FieldSpec::new("count", ValueType::Integer, Policy::LastWriteWins),
            FieldSpec::new("dial", number(), Policy::LastWriteWins),
            FieldSpec::new("switch", ValueType::Text, Policy::LastWriteWins),
        ],
    )
}
