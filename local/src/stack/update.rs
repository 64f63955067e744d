//! Changes to a stack that runs, without losing what it is doing.

use std::sync::PoisonError;

use super::LocalBridge;
use crate::event_source::EventSource;
use crate::local_aws::{EventSourceMapping, FunctionDescription};

impl LocalBridge {
    /// Deploys the template once more, as it is now, and runs what it describes.
    ///
    /// Messages stay in their queues, and the HTTP APIs at their URL. Functions, event sources and schedules that are as
    /// they were go on undisturbed; where they have changed, or are gone, what is under way is ended in the old way, as on
    /// AWS. The event sources of a stack that
    /// was [held](super::StackOptions::held) are started.
    ///
    /// # Errors
    /// If the template can't be deployed, a function's binary is missing, or a route can't be served: everything goes on as
    /// it was. If an event source can't be started, or a schedule can't run: the next update tries again.
    pub async fn update(&mut self) -> anyhow::Result<()> {
        let (aws, options) = (self.region().aws(), &self.options);
        let deployed = aws.deploy(&options.template, &options.name, &options.parameters, Some(self.api.url()));
        let description = deployed.await?;
        self.open_doors(&description.functions).await?;
        let specs: Vec<_> =
            description.functions.iter().map(|function| self.spec(function)).collect::<Result<_, _>>()?;
        self.api.set_routes(&description.routes)?;
        let before = std::mem::replace(&mut self.description, description);

        let outdated = self.drain_outdated();
        for (function, spec) in self.description.functions.iter().zip(specs) {
            match before.functions.iter().find(|earlier| earlier.name == function.name) {
                None => self.host().register(spec)?,
                Some(earlier) if !function.is_as(earlier) => self.host().update(spec)?,
                Some(_) => {}
            }
        }
        let receiving = self.receive_from_new().await;
        for mut source in outdated {
            source.ended().await;
        }
        let is_gone =
            |earlier: &&FunctionDescription| !self.description.functions.iter().any(|now| now.name == earlier.name);
        for function in before.functions.iter().filter(is_gone) {
            self.host().unregister(&function.name).await?;
        }
        receiving?;
        self.run_schedules()
    }

    /// Lets the functions that a binary runs use it as it is now, from their next invocation on.
    ///
    /// # Errors
    /// If it is not there.
    pub fn restart(&self, binary: &str) -> anyhow::Result<()> {
        for function in &self.description.functions {
            let spec = self.spec(function)?;
            if spec.label == binary {
                self.host().update(spec)?;
            }
        }
        Ok(())
    }

    /// Tells the event sources that the stack does not have any more to end, and hands them over.
    fn drain_outdated(&self) -> Vec<EventSource> {
        let mut sources = self.event_sources.lock().unwrap_or_else(PoisonError::into_inner);
        let is_outdated =
            |source: &mut EventSource| !self.description.event_sources().any(|now| now == source.mapping());
        sources.extract_if(.., is_outdated).inspect(EventSource::drain).collect()
    }

    async fn receive_from_new(&self) -> anyhow::Result<()> {
        for mapping in self.description.event_sources() {
            if !self.receives_from(mapping) {
                self.receive_from(mapping).await?;
            }
        }
        Ok(())
    }

    fn receives_from(&self, mapping: &EventSourceMapping) -> bool {
        let sources = self.event_sources.lock().unwrap_or_else(PoisonError::into_inner);
        sources.iter().any(|source| source.mapping() == mapping)
    }
}
