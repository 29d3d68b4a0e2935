//! The end of the program.

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use porthole_tests::{home::Home, portholed::Portholed};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{ClientRequestBuilder, Message, protocol::frame::coding::CloseCode},
};

#[tokio::test]
async fn sigterm_tells_the_viewers_and_ends_well() -> Result<()> {
    let home = Home::new()?;
    let mut portholed = Portholed::start(&home, &[]).await?;
    let link = portholed.link("Demo").await?;
    let (page, token) = link.split_once("/v#").context("a link of another form")?;
    let request = ClientRequestBuilder::new(format!("{}/websockify", page.replace("http:", "ws:")).parse()?)
        .with_header("Origin", page)
        .with_sub_protocol("binary")
        .with_sub_protocol(format!("porthole.token.{token}"));
    let (mut viewer, _) = connect_async(request).await?;
    let greeting = viewer.next().await.context("no greeting")??;
    ensure!(
        greeting.into_data().starts_with(b"RFB 003.008"),
        "another greeting"
    );

    portholed.stop().await?;
    let close = loop {
        match viewer.next().await.context("ended without a close frame")?? {
            Message::Close(close) => break close.context("a close frame without a code")?,
            _ => continue,
        }
    };
    ensure!(close.code == CloseCode::Away, "closed with {close}");
    Ok(())
}
