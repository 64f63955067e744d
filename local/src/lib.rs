#![doc = include_str!("../README.md")]

pub mod bureau;
pub mod children;
mod clock;
pub mod demo;
pub mod event_source;
pub mod faults;
pub mod host;
pub mod http_api;
pub mod journal;
pub mod local_aws;
pub mod pages;
mod parked;
pub mod people;
pub mod provider;
pub mod proxy;
mod sample;
pub mod schedules;
pub mod stack;
pub mod transcript;
pub mod up;

pub use bureau::{Bureau, BureauOptions};
pub use children::{Process, command, isolated_environment};
pub use demo::{DemoOptions, Person, Report};
pub use event_source::EventSource;
pub use faults::{Faults, LastingFault};
pub use host::{Event, EventKind, Fault, FunctionError, FunctionSpec, Invocation, InvokeError, LambdaHost};
pub use http_api::{ApiReply, HttpApi};
pub use journal::{Journal, Reader};
pub use local_aws::{
    ApiType, Authorizer, EventSourceMapping, FunctionDescription, JwtAuthorizer, LocalAws, Route, Schedule,
    SessionCredentials, StackDescription,
};
pub use pages::Pages;
pub use parked::ParkedCallbacks;
pub use provider::{Provider, ProviderOptions};
pub use proxy::{Call, CallEvent, CallFault, Caller, Proxy};
pub use sample::{APPROVER, Ended, Pace, SENDER, Sample};
pub use schedules::Schedules;
pub use stack::{LocalBridge, LocalOptions, LocalRegion, RegionOptions, StackOptions};
pub use transcript::{Line, Transcript};
pub use up::{Build, Up, UpOptions};
