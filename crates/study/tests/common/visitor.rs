//! A simulated participant: reads the pages as a browser without JavaScript would.

use std::net::SocketAddr;

use afterimage_probe::{Client, Response};

/// What a trial page shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) proof: String,
    pub(crate) trial: String,
    /// File of the picture above.
    pub(crate) target: String,
    /// Files of the pictures to choose among.
    pub(crate) options: Vec<String>,
}

/// A participant under way.
pub(crate) struct Visitor {
    pub(crate) client: Client,
    link: String,
    /// `/p/…`, once begun.
    pub(crate) path: String,
}

impl Visitor {
    pub(crate) fn new(address: SocketAddr, link: &str) -> Self {
        Self { client: Client::new(address), link: link.to_owned(), path: String::new() }
    }

    /// Agrees, and begins.
    pub(crate) fn begin(&mut self) -> std::io::Result<()> {
        let consent = self.client.get(&self.link)?;
        let path = match consent.status {
            303 => consent,
            _ => self.client.post(&self.link, &[("proof", &value(&consent.body, "proof")), ("agree", "yes")])?,
        };
        match path.header("location") {
            Some(location) if path.status == 303 => self.path = location.to_owned(),
            _ => return Err(std::io::Error::other(format!("not begun: {}", path.status))),
        }
        Ok(())
    }

    /// The trial that is due; none at the end.
    pub(crate) fn look(&mut self) -> std::io::Result<Option<Page>> {
        let response = self.client.get(&self.path)?;
        match response.status {
            200 => Ok(page(&response.body)),
            status => Err(std::io::Error::other(format!("no page: {status}"))),
        }
    }

    /// Answers a trial; `choice` is counted from 1.
    pub(crate) fn answer(&mut self, page: &Page, choice: usize, response_ms: &str) -> std::io::Result<Response> {
        let path = format!("{}/answer", self.path);
        let choice = choice.to_string();
        let fields =
            [("proof", page.proof.as_str()), ("trial", &page.trial), ("choice", &choice), ("response_ms", response_ms)];
        self.client.post(&path, &fields)
    }
}

/// The trial that a page shows.
pub(crate) fn page(html: &str) -> Option<Page> {
    let form = &html[html.find("<form class=\"trial\"")?..];
    let mut files = form.split("/picture/").skip(1).filter_map(|rest| rest.split('"').next());
    // The pictures of the next trial, to be loaded ahead, are one attribute.
    let ahead = form.find("data-next=\"").map_or("", |at| form[at + 11..].split('"').next().unwrap_or_default());
    let skipped = ahead.matches("/picture/").count();
    let target = files.by_ref().nth(skipped)?.to_owned();
    Some(Page {
        proof: value(form, "proof"),
        trial: value(form, "trial"),
        target,
        options: files.map(str::to_owned).collect(),
    })
}

/// The value of a hidden field.
pub(crate) fn value(html: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    html.split(&field).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}
