//! One stack, deployed and running.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use axum::body::Bytes;

use super::{LocalOptions, LocalRegion, StackOptions};
use crate::event_source::EventSource;
use crate::host::{FunctionSpec, Invocation, LambdaHost};
use crate::http_api::HttpApi;
use crate::local_aws::{EventSourceMapping, FunctionDescription, StackDescription};
use crate::proxy::{Caller, Proxy};
use crate::schedules::Schedules;
use crate::transcript::Transcript;

/// The bridge on this machine: a stack whose functions and event sources run.
///
/// Dropping it kills its functions and stops its event sources; [`stop`](LocalBridge::stop) does so in order, and tells
/// what would not stop. The stack's resources stay in the local AWS until that ends.
#[derive(Debug)]
pub struct LocalBridge {
    pub(super) options: StackOptions,
    pub(super) description: StackDescription,
    transcript: Transcript,
    proxy: Proxy,
    pub(super) api: HttpApi,
    schedules: Schedules,
    /// By which door of the proxy each function calls, by its name.
    doors: BTreeMap<String, String>,
    pub(super) event_sources: Mutex<Vec<EventSource>>,
    region: Arc<LocalRegion>,
    owns_region: bool,
}

impl LocalBridge {
    /// Starts a region for one stack alone, and the stack in it.
    ///
    /// # Errors
    /// If anything can't be started or deployed; what was started is ended again.
    pub async fn start(options: LocalOptions) -> anyhow::Result<Self> {
        let region = Arc::new(LocalRegion::start(options.region).await?);
        let mut bridge = Self::deploy(&region, options.stack).await?;
        bridge.owns_region = true;
        Ok(bridge)
    }

    /// Deploys a stack in a region that others may use too, and starts its functions, HTTP APIs and event sources.
    ///
    /// # Errors
    /// If the template can't be deployed completely, a function's binary is missing, a route can't be served, a schedule
    /// can't run, or an event source can't be started.
    pub async fn deploy(region: &Arc<LocalRegion>, options: StackOptions) -> anyhow::Result<Self> {
        // It has to listen before there is a stack: functions get its URL in their environment.
        let api = HttpApi::start(options.api_port, region.host()).await?;
        let deployed = region.aws().deploy(&options.template, &options.name, &options.parameters, Some(api.url()));
        let description = deployed.await?;
        let transcript = options.transcript.clone().unwrap_or_else(|| region.transcript().clone());
        let mut bridge = Self {
            options,
            description,
            transcript,
            proxy: Proxy::new(region.aws().endpoint())?,
            api,
            schedules: Schedules::new(region.host()),
            doors: BTreeMap::new(),
            event_sources: Mutex::default(),
            region: Arc::clone(region),
            owns_region: false,
        };
        bridge.open_doors(&bridge.description.functions.clone()).await?;
        // From here on, what has been started ends with the bridge when the rest fails.
        for function in &bridge.description.functions {
            region.host().register(bridge.spec(function)?)?;
        }
        bridge.api.set_routes(&bridge.description.routes)?;
        bridge.run_schedules()?;
        if !bridge.options.held {
            bridge.receive().await?;
        }
        Ok(bridge)
    }

    /// Opens a door of the proxy for each function that has none yet.
    pub(super) async fn open_doors(&mut self, functions: &[FunctionDescription]) -> anyhow::Result<()> {
        for function in functions {
            if !self.doors.contains_key(&function.name) {
                let caller = Caller::function(self.region.host(), &function.name);
                self.doors.insert(function.name.clone(), self.proxy.open(Some(caller)).await?);
            }
        }
        Ok(())
    }

    /// Runs the schedules as they are described, if they are to run.
    pub(super) fn run_schedules(&mut self) -> anyhow::Result<()> {
        if self.options.scheduled { self.schedules.set(&self.description.schedules) } else { Ok(()) }
    }

    /// How a function of this stack is run.
    pub(super) fn spec(&self, function: &FunctionDescription) -> anyhow::Result<FunctionSpec> {
        let mut spec = FunctionSpec::new(function, &self.options.build_dir, &self.transcript)?;
        spec.endpoint = self.doors.get(&function.name).cloned();
        if let Some(level) = &self.options.log_level {
            spec.log_level.clone_from(level);
        }
        Ok(spec)
    }

    /// Starts the event sources of a stack that was deployed [held](StackOptions::held).
    ///
    /// # Errors
    /// If one of them can't be started.
    pub async fn receive(&self) -> anyhow::Result<()> {
        for mapping in self.description.event_sources() {
            self.receive_from(mapping).await?;
        }
        Ok(())
    }

    pub(super) async fn receive_from(&self, mapping: &EventSourceMapping) -> anyhow::Result<()> {
        // Lambda polls a queue with the role of the function.
        let function = self.description.functions.iter().find(|function| function.name == mapping.function);
        let function = function.with_context(|| format!("event source {} is of no function", mapping.id))?;
        let sqs = self.region.aws().sqs_as(&function.credentials);
        let source = EventSource::start(mapping, self.region.host(), sqs).await?;
        self.event_sources.lock().unwrap_or_else(PoisonError::into_inner).extend(source);
        Ok(())
    }

    /// What was deployed.
    #[must_use]
    pub fn description(&self) -> &StackDescription {
        &self.description
    }

    /// The value of an output of the template.
    ///
    /// # Errors
    /// If it has none of this name.
    pub fn output(&self, name: &str) -> anyhow::Result<&str> {
        self.description.output(name)
    }

    /// A function, by its logical id; its `name` is what the [`LambdaHost`] knows it by.
    ///
    /// # Errors
    /// If the stack has no such function.
    pub fn function(&self, logical_id: &str) -> anyhow::Result<&FunctionDescription> {
        self.description.function(logical_id)
    }

    /// Where the HTTP APIs are served, all of them at one URL, without a slash at the end: their `ApiEndpoint`.
    #[must_use]
    pub fn api_url(&self) -> &str {
        self.api.url()
    }

    /// What serves the HTTP APIs.
    #[must_use]
    pub fn api(&self) -> &HttpApi {
        &self.api
    }

    /// Invokes a function, by its logical id, and waits for what it comes to.
    ///
    /// # Errors
    /// If the stack has no such function, or there was no invocation. A function that failed is an [`Invocation`] with an
    /// error.
    pub async fn invoke(&self, logical_id: &str, payload: impl Into<Bytes>) -> anyhow::Result<Invocation> {
        Ok(self.host().invoke(&self.function(logical_id)?.name, payload).await?)
    }

    /// A client for Step Functions.
    #[must_use]
    pub fn sfn(&self) -> aws_sdk_sfn::Client {
        self.region.aws().sfn()
    }

    /// A client for SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        self.region.aws().sqs()
    }

    /// A client for Secrets Manager.
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        self.region.aws().secrets_manager()
    }

    /// What runs the functions, this stack's and those of others in the region.
    #[must_use]
    pub fn host(&self) -> &LambdaHost {
        self.region.host()
    }

    /// What the functions' calls to the local AWS go through.
    #[must_use]
    pub fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &Arc<LocalRegion> {
        &self.region
    }

    /// What the functions print; also what the local AWS prints, unless the stack has a transcript of its own.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Stops the schedules and the event sources, then the functions, then the region, if it was started for this stack alone. The HTTP APIs
    /// accept no more requests from the beginning; those under way that need a function then fail.
    ///
    /// # Errors
    /// If anything would not stop as it should; everything is tried nevertheless.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.api.close();
        self.schedules.stop();
        let sources = std::mem::take(&mut *self.event_sources.lock().unwrap_or_else(PoisonError::into_inner));
        for source in sources {
            source.stop().await;
        }
        let mut problems = Vec::new();
        for function in &self.description.functions {
            problems.extend(self.host().unregister(&function.name).await.err());
        }
        problems.extend(self.api.stop().await.err());
        problems.extend(self.proxy.stop().await.err());
        if self.owns_region {
            problems.extend(self.region.stop().await.err());
        }
        if !problems.is_empty() {
            let problems: Vec<_> = problems.iter().map(|error| format!("{error:#}")).collect();
            bail!("stack {} did not stop in order: {}", self.description.stack, problems.join("; "));
        }
        Ok(())
    }
}

impl Drop for LocalBridge {
    fn drop(&mut self) {
        for function in &self.description.functions {
            self.region.host().discard(&function.name);
        }
    }
}
