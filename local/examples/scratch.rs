//! scratch
#![expect(clippy::print_stdout, reason = "scratch")]
use std::{sync::Arc, time::{Duration, Instant}};
use callback_bridge_local::*;
const T: Duration = Duration::from_secs(60);
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let region = RegionOptions { transcript: Transcript::to_file(std::path::Path::new("target/scratch.log"))?, ..Default::default() };
    let t = std::time::SystemTime::now(); let _ = Instant::now; 
    let region = Arc::new(LocalRegion::start(region).await?);
    println!("region {:?}", t.elapsed());
    let (one, two) = tokio::join!(
        Sample::deploy(&region, StackOptions { name: "one".into(), ..Default::default() }, Duration::from_millis(700)),
        Sample::deploy(&region, StackOptions { name: "two".into(), ..Default::default() }, Duration::ZERO));
    let (one, two) = (one?, two?);
    println!("deployed {:?}", t.elapsed());
    let input: serde_json::Value = serde_json::from_str(&std::fs::read_to_string("events/statemachines/credit-check/good.json")?)?;
    let f = one.bridge.function("CheckCreditFunction")?.name.clone();
    let host = region.host();
    for fault in [None, Some(Fault::DeliverTwice), Some(Fault::DeliverTwiceAtOnce)] {
        if let Some(fault) = fault { host.faults().inject(&f, fault); }
        let mut events = host.events().tail();
        let e = one.start_execution(&input).await?;
        println!("{fault:?} {:?} {:?}", one.end_of(&e, T).await?.status, t.elapsed());
        events.find(T, |e| matches!(e.what, EventKind::Deleted { .. })).await?;
    }
    let e = two.start_execution(&input).await?;
    println!("two {:?} {:?}", two.end_of(&e, T).await?.status, t.elapsed());
    // kill during work, then return it at once
    let mut events = host.events().tail();
    let e = one.start_execution(&input).await?;
    events.find(T, |e| matches!(e.what, EventKind::Invoked { .. })).await?;
    println!("killed {}", host.kill_running(&f));
    let r = events.find(T, |e| matches!(e.what, EventKind::Returned { .. })).await?;
    println!("{r:?}");
    let _ = e;
    for e in host.events().items() { println!("{} {:?}", e.label, e.what); }
    let before = t.elapsed();
    two.bridge.stop().await?; one.bridge.stop().await?; region.stop().await?;
    println!("stopped {before:?} {:?}", t.elapsed());
    for l in region.transcript().lines() { println!("{}", l.to_string().chars().take(220).collect::<String>()); }
    Ok(())
}
