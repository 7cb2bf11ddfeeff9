//! JSON bodies, counted while they are read: a body beyond the limits is refused before it takes memory.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::MOST;
use super::body::{Rows, too_many};
use crate::answer::Problem;
use crate::effort::Stop;

/// Reads the files of `{"images": [BASE64, ...]}`.
pub(super) fn images(body: &[u8], stop: &Stop) -> Result<Vec<Vec<u8>>, Problem> {
    let mut read = Images { files: Vec::new(), problem: None, stop };
    let done = field(body, "images", &mut read);
    outcome(done, read.problem.take(), "{\"images\": [\"BASE64\", ...]}")?;
    Ok(read.files)
}

/// Reads the rows of `{"responses": [[NUMBER, ...], ...]}`.
pub(super) fn responses(body: &[u8], rows: &mut Rows<'_>) -> Result<(), Problem> {
    let mut read = Responses { rows, problem: None };
    let done = field(body, "responses", &mut read);
    let problem = read.problem.take();
    outcome(done, problem, "{\"responses\": [[NUMBER, ...], ...]}")
}

fn outcome(done: serde_json::Result<()>, problem: Option<Problem>, form: &str) -> Result<(), Problem> {
    match (problem, done) {
        (Some(problem), _) => Err(problem),
        (None, Err(error)) => Err(Problem::bad(format!("the JSON is not {form}: {error}"))),
        (None, Ok(())) => Ok(()),
    }
}

/// Reads an object that has this one field.
fn field<'de, S: DeserializeSeed<'de, Value = ()>>(
    body: &'de [u8],
    name: &'static str,
    seed: S,
) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_slice(body);
    json.deserialize_map(Field { name, seed })?;
    json.end()
}

struct Field<S> {
    name: &'static str,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de, Value = ()>> Visitor<'de> for Field<S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the field `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { name, seed } = self;
        let mut seed = Some(seed);
        while let Some(key) = map.next_key::<String>()? {
            if key != name {
                return Err(A::Error::custom(format!("unknown field `{key:.40}`, expected `{name}`")));
            }
            let Some(seed) = seed.take() else {
                return Err(A::Error::custom(format!("the field `{name}` is there twice")));
            };
            map.next_value_seed(seed)?;
        }
        if seed.is_some() { Err(A::Error::custom(format!("missing field `{name}`"))) } else { Ok(()) }
    }
}

struct Images<'a> {
    files: Vec<Vec<u8>>,
    problem: Option<Problem>,
    stop: &'a Stop,
}

impl Images<'_> {
    fn take(&mut self, text: &str) -> Result<(), Problem> {
        self.stop.check()?;
        let index = self.files.len();
        if index == MOST {
            return Err(too_many());
        }
        let file = STANDARD.decode(text);
        self.files.push(file.map_err(|error| Problem::bad(format!("image {index} is not base64: {error}")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Images<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Images<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of images as base64")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Text(self))?.is_some() {}
        Ok(())
    }
}

/// One image; its text is not copied.
struct Text<'a, 'b>(&'a mut Images<'b>);

impl<'de> DeserializeSeed<'de> for Text<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Text<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image as base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let taken = self.0.take(text);
        taken.map_err(|problem| {
            self.0.problem = Some(problem);
            E::custom("refused")
        })
    }
}

struct Responses<'a, 'b> {
    rows: &'a mut Rows<'b>,
    problem: Option<Problem>,
}

impl Responses<'_, '_> {
    /// Keeps a problem with its status, which an error of the parser can't hold.
    fn keep<E: Error>(&mut self, taken: Result<(), Problem>) -> Result<(), E> {
        taken.map_err(|problem| {
            self.problem = Some(problem);
            E::custom("refused")
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Responses<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Responses<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of responses")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Row(&mut *self))?.is_some() {}
        Ok(())
    }
}

/// One response.
struct Row<'a, 'b, 'c>(&'a mut Responses<'b, 'c>);

impl<'de> DeserializeSeed<'de> for Row<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let begun = self.0.rows.begin();
        self.0.keep::<A::Error>(begun)?;
        while let Some(value) = list.next_element::<f32>()? {
            let taken = self.0.rows.push(value);
            self.0.keep::<A::Error>(taken)?;
        }
        let ended = self.0.rows.end();
        self.0.keep(ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::Facts;

    fn read(body: &str) -> Result<Vec<Vec<u8>>, String> {
        images(body.as_bytes(), &Stop::default()).map_err(Problem::message_of)
    }

    fn rows(body: &str) -> Result<ndarray::Array2<f32>, String> {
        let stop = Stop::default();
        let facts =
            Facts { ids: vec![2], names: vec![2], of_more: false, columns: Some(4), units: None, standardises: true };
        let mut rows = Rows::new(&facts, &stop);
        responses(body.as_bytes(), &mut rows).and_then(|()| rows.finish()).map_err(Problem::message_of)
    }

    #[test]
    fn images_and_responses_are_read_as_they_stand() {
        assert_eq!(read(r#" {"images": ["aGk=", "\u0061GkA"]} "#).unwrap(), [b"hi".to_vec(), b"hi\0".to_vec()]);
        assert_eq!(rows(r#"{"responses": [[1, 2.5], [-3e1, 0]]}"#).unwrap(), ndarray::array![[1.0, 2.5], [-30.0, 0.0]]);
    }

    #[test]
    fn other_forms_are_refused_with_their_reason() {
        let said = |body: &str| read(body).unwrap_err();
        for (body, reason) in [
            ("{", "the JSON is not"),
            ("[]", "an object with the field `images`"),
            ("{}", "missing field `images`"),
            (r#"{"pictures": []}"#, "unknown field `pictures`"),
            (r#"{"images": [], "images": []}"#, "twice"),
            (r#"{"images": [7]}"#, "an image as base64"),
            (r#"{"images": ["aGk=", "%"]}"#, "image 1 is not base64"),
            (r#"{"images": []} x"#, "trailing characters"),
        ] {
            assert!(said(body).contains(reason), "{body}: {}", said(body));
        }
        assert!(rows(r#"{"responses": [[1], [1, 2]]}"#).unwrap_err().contains("row 1 has 2 numbers"));
        assert!(rows(r#"{"responses": [[1, null]]}"#).unwrap_err().contains("the JSON is not"));
        assert!(said(&format!("{{\"{}\": 1}}", "k".repeat(100_000))).len() < 300, "the key is not repeated whole");
    }

    #[test]
    fn what_is_too_much_is_refused_as_soon_as_it_is_counted() {
        // What follows is no JSON: it is never looked at.
        let many = format!("{{\"images\": [{}", "\"\",".repeat(MOST + 1)) + "!!!";
        assert!(read(&many).unwrap_err().contains("at most 256"));
        let many = format!("{{\"responses\": [{}", "[0],".repeat(MOST + 1)) + "!!!";
        assert!(rows(&many).unwrap_err().contains("at most 256"));
        let wide = "{\"responses\": [[0,0,0,0,0,!!!";
        assert!(rows(wide).unwrap_err().contains("more than 4 numbers"));
    }
}
