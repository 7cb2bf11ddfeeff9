//! The order of keys, which is that of a struct's fields; maps of JSON sort them by name.

use schemars::Schema;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::Value;

/// The keyword of a schema that lists its keys in their order.
const ORDER: &str = "x-order";

/// Declares at a struct (`schemars(transform = in_order::<Name>)`) that pages and files list its keys as it does.
pub fn in_order<T: DeserializeOwned>(schema: &mut Schema) {
    let mut fields = Fields(&[]);
    // It learns the names and then gives up, since there is nothing to read.
    let _ = T::deserialize(&mut fields);
    schema.ensure_object().insert(ORDER.to_owned(), fields.0.into());
}

/// The keys of a table with their schemas, in their order.
pub fn properties(schema: &Value) -> Vec<(&String, &Value)> {
    let mut found: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
    let order = schema[ORDER].as_array();
    let place = |name: &String| order.and_then(|names| names.iter().position(|known| known == name));
    found.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    found
}

/// Learns the names that a struct asks for.
struct Fields(&'static [&'static str]);

impl<'de> Deserializer<'de> for &mut Fields {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("it holds no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file.
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[schemars(transform = in_order::<File>)]
    #[allow(dead_code)]
    struct File {
        /// The last by name.
        z: u8,
        /// The first by name.
        a: u8,
    }

    #[test]
    fn keys_are_in_the_order_of_the_fields() {
        let schema = crate::declared::<File>();
        let names: Vec<&str> = properties(&schema).into_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["z", "a"]);
    }
}
