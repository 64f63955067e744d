//! The URL of a queue, from its ARN.

/// It names the queue in a request, while the request goes to the client's endpoint. Nothing where the ARN is of no queue.
pub(crate) fn queue_url(arn: &str) -> Option<String> {
    let ["arn", partition, "sqs", region, account, name] = arn.split(':').collect::<Vec<_>>()[..] else { return None };
    let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://sqs.{region}.{domain}/{account}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_queue_follows_from_its_arn() {
        let url = queue_url("arn:aws:sqs:eu-west-1:123456789012:tasks.fifo");
        assert_eq!(url.as_deref(), Some("https://sqs.eu-west-1.amazonaws.com/123456789012/tasks.fifo"));
        let china = "https://sqs.cn-north-1.amazonaws.com.cn/1/q";
        assert_eq!(queue_url("arn:aws-cn:sqs:cn-north-1:1:q").as_deref(), Some(china));
        assert_eq!(queue_url("arn:aws:sns:eu-west-1:1:topic"), None);
    }
}
