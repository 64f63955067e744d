#![doc = include_str!("../README.md")]

use callback_bridge_aws::{Error, Lambda};
use check_credit::{CheckCredit, Config, CreditBureau, SecretKey};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await;
    let config = Config::read(lambda.variables())?;
    let key = SecretKey { aws: lambda.aws_config().clone(), secret: config.bureau_secret.clone() };
    let bureau = CreditBureau::new(&config, key).await.map_err(Error::new)?;
    lambda.serve(CheckCredit::new(bureau)).await
}
