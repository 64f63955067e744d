//! The callbacks of a stack, read from its table.

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;
use callback_bridge_aws::CallbackTable;
use callbacks::{Callback, CallbackId, CallbackStore};

use crate::LocalBridge;

/// The callbacks of a stack: what people were asked, and what has become of it.
#[derive(Clone, Debug)]
pub struct ParkedCallbacks {
    client: aws_sdk_dynamodb::Client,
    name: String,
    table: CallbackTable,
}

impl ParkedCallbacks {
    /// Those of the table that is the output `CallbackTableName` of this stack.
    ///
    /// # Errors
    /// If the stack has no such output.
    pub fn of(bridge: &LocalBridge) -> anyhow::Result<Self> {
        let (config, name) = (bridge.region().aws().sdk_config(), bridge.output("CallbackTableName")?);
        let client = aws_sdk_dynamodb::Client::new(config);
        Ok(Self { client, name: name.to_owned(), table: CallbackTable::new(config, name) })
    }

    /// All of them, those that began last first.
    ///
    /// # Errors
    /// If the table can't be read.
    pub async fn all(&self) -> anyhow::Result<Vec<Callback>> {
        let mut all = Vec::new();
        for id in self.ids().await? {
            all.extend(self.table.load(id).await?); // it may have been deleted since
        }
        all.sort_by_key(|callback| std::cmp::Reverse(callback.request.began_at));
        Ok(all)
    }

    async fn ids(&self) -> anyhow::Result<Vec<CallbackId>> {
        let scan = self.client.scan().table_name(&self.name).projection_expression("pk").consistent_read(true);
        let scan = scan.filter_expression("sk = :state");
        let scan = scan.expression_attribute_values(":state", AttributeValue::S("state".to_owned()));
        let keys = scan.into_paginator().items().send().try_collect().await.context("the table can't be read")?;
        let id = |key: &AttributeValue| key.as_s().ok()?.strip_prefix("callback#")?.parse().ok();
        Ok(keys.iter().filter_map(|item| id(item.get("pk")?)).collect())
    }
}
