#![doc = include_str!("../README.md")]

use callback_bridge_aws::{Error, Lambda, read_secret};
use check_credit::{CheckCredit, Config, CreditBureau};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let lambda = Lambda::start().await?;
    let config = Config::read(lambda.variables())?;
    let key = read_secret(lambda.aws_config(), &config.bureau_secret).await?;
    let bureau = CreditBureau::new(&config, &key)?;
    lambda.serve(CheckCredit::new(bureau)).await
}
