//! Plain HTTP, as any program on the network speaks it.

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

/// Gets a URL and gives the status and the text of the answer.
///
/// # Errors
///
/// When there is no answer.
pub async fn fetch(url: &str) -> Result<(u16, String)> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
    let answer = client
        .get(url.parse()?)
        .await
        .with_context(|| format!("fetching {url}"))?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
