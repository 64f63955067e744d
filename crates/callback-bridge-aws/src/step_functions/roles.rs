//! The roles by which tasks of other accounts are answered: their list, and what it means when one cannot be assumed.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    str::FromStr,
};

use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use callback_bridge::Refusal;

use super::refusal;
use crate::config::{ConfigError, Variables};

/// The roles by which tasks of other accounts are answered, one for an account.
///
/// ```
/// # use callback_bridge_aws::CallbackRoles;
/// let roles: CallbackRoles = "arn:aws:iam::210987654321:role/callback-bridge".parse()?;
/// assert_eq!(roles.arns().next(), Some("arn:aws:iam::210987654321:role/callback-bridge"));
/// # Ok::<(), callback_bridge_aws::CallbackRolesError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallbackRoles(BTreeMap<String, String>);

impl CallbackRoles {
    const VARIABLE: &str = "BRIDGE_CALLBACK_ROLE_ARNS";

    /// Those in `BRIDGE_CALLBACK_ROLE_ARNS`, with commas between them; none unless it is set.
    ///
    /// # Errors
    /// When one of them is not the ARN of a role, or two are of one account; the error names the variable.
    pub fn read(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(variables.optional(Self::VARIABLE)?.unwrap_or_default())
    }

    /// The ARNs of the roles.
    pub fn arns(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// The account and the ARN of each role.
    pub(super) fn by_account(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter()
    }
}

impl FromStr for CallbackRoles {
    type Err = CallbackRolesError;

    fn from_str(list: &str) -> Result<Self, CallbackRolesError> {
        let mut roles = BTreeMap::new();
        for arn in list.split(',').map(str::trim) {
            let account = account_of_role(arn).ok_or_else(|| CallbackRolesError::NoRole(arn.to_owned()))?;
            match roles.entry(account.to_owned()) {
                Entry::Vacant(free) => drop(free.insert(arn.to_owned())),
                Entry::Occupied(taken) => return Err(CallbackRolesError::TwoRoles { account: taken.key().clone() }),
            }
        }
        Ok(Self(roles))
    }
}

/// What is wrong with a list of roles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRolesError {
    /// Something in it is not the ARN of a role.
    #[error("{0:?} is not the ARN of a role, as in arn:aws:iam::210987654321:role/callback-bridge")]
    NoRole(String),
    /// Nothing would say which of two roles is to be assumed.
    #[error("it names two roles of the account {account}")]
    TwoRoles {
        /// The account of both.
        account: String,
    },
}

fn account_of_role(arn: &str) -> Option<&str> {
    let ["arn", partition, "iam", "", account, resource] = arn.split(':').collect::<Vec<_>>()[..] else { return None };
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    (partition.starts_with("aws") && is_account(account) && !name.is_empty()).then_some(account)
}

/// The account of an execution, if that is one.
pub(super) fn account_of_execution(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_of_step_functions = parts.next() == Some("arn") && parts.next().is_some() && parts.next() == Some("states");
    parts.nth(1).filter(|account| is_of_step_functions && is_account(account))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What it means for a call that its role was not given. The call was not made, so its task has had no answer; and whatever
/// is wrong with the role is nothing that another answer would mend.
pub(super) fn not_given(error: &SdkError<AssumeRoleError>) -> Refusal {
    let of_sts = |what: &str| format!("sts:AssumeRole: {what}");
    match refusal(error) {
        Refusal::Throttled { code } => Refusal::Throttled { code: of_sts(&code) },
        Refusal::Unheard { reason } | Refusal::Unsent { reason } => Refusal::Unsent { reason: of_sts(&reason) },
        _ => Refusal::Denied { code: of_sts(error.code().unwrap_or_default()) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "arn:aws:iam::210987654321:role/callback-bridge";

    fn read(list: &str) -> Result<CallbackRoles, ConfigError> {
        CallbackRoles::read(&[(CallbackRoles::VARIABLE, list)].into_iter().collect())
    }

    #[test]
    fn roles_are_listed_with_commas_one_for_an_account() {
        assert_eq!(read("").unwrap().arns().count(), 0);
        let two = read(&format!("{ROLE}, arn:aws-cn:iam::111111111111:role/with/path/bridge")).unwrap();
        let accounts: Vec<_> = two.by_account().map(|(account, _)| account).collect();
        assert_eq!(accounts, ["111111111111", "210987654321"]);
    }

    #[test]
    fn what_is_no_role_or_one_too_many_names_the_variable() {
        for wrong in [
            "callback-bridge",
            "arn:aws:iam::210987654321:role/",
            "arn:aws:iam::210987654321:user/bridge",
            "arn:aws:iam::21098765432:role/bridge",
            "arn:aws:sts::210987654321:assumed-role/bridge/session",
            &format!("{ROLE},"),
            &format!("{ROLE},{ROLE}"),
            &format!("{ROLE},arn:aws:iam::210987654321:role/other"),
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.contains(CallbackRoles::VARIABLE), "{wrong}: {error}");
        }
    }

    #[test]
    fn the_account_of_an_execution_is_in_its_arn() {
        for (execution, account) in [
            ("arn:aws:states:us-east-1:210987654321:execution:loans:42", Some("210987654321")),
            ("arn:aws-us-gov:states:us-gov-west-1:210987654321:execution:loans/map:42:7", Some("210987654321")),
            ("arn:aws:sqs:us-east-1:210987654321:tasks", None),
            ("arn:aws:states:us-east-1:nobody:execution:loans:42", None),
            ("42", None),
            ("", None),
        ] {
            assert_eq!(account_of_execution(execution), account, "{execution}");
        }
    }
}
