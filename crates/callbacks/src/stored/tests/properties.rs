//! Whatever it is, it is read as it was.

use strum::VariantArray;

use super::*;

fn time() -> impl Strategy<Value = Timestamp> {
    // From 1970 to 2500, to the nanosecond.
    (0..16_725_225_600_i64, 0..1_000_000_000_i32).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Within two seconds, and with few digits: the times that are hard to sort as texts.
fn round_time() -> impl Strategy<Value = Timestamp> {
    let nano = prop::sample::select(vec![0, 1, 1_000, 5_000_000, 500_000_000, 950_000_000]);
    (0..2_i64, nano).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

/// Whatever a machine may send.
fn json_value() -> impl Strategy<Value = Value> {
    let finite = any::<f64>().prop_filter_map("no number of JSON", serde_json::Number::from_f64);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        finite.prop_map(Value::Number),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn machine_answer() -> impl Strategy<Value = MachineAnswer> {
    prop_oneof![
        json_value().prop_map(|output| MachineAnswer::Success { output }),
        any::<(Option<String>, Option<String>)>().prop_map(|(error, cause)| MachineAnswer::Failure { error, cause }),
    ]
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        Just(Source::Response),
        Just(Source::Link),
        any::<(String, String)>().prop_map(|(sender, id)| Source::Event { sender, id }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        (machine_answer(), source()).prop_map(|(answer, source)| Outcome::Answered { answer, source }),
        any::<String>().prop_map(|reason| Outcome::Refused { reason }),
        Just(Outcome::Approved),
        Just(Outcome::Rejected),
        Just(Outcome::Expired),
        any::<(String, String)>().prop_map(|(by, reason)| Outcome::Withdrawn(Withdrawal { by, reason })),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    let decision = || (any::<String>(), outcome(), time()).prop_map(|(id, outcome, at)| Decision { id, outcome, at });
    let disposition = prop::sample::select(Disposition::VARIANTS);
    prop_oneof![
        Just(Status::Pending),
        decision().prop_map(Status::Decided),
        (option::of(decision()), disposition, time()).prop_map(|(decision, disposition, at)| Status::Settled {
            decision,
            disposition,
            at
        }),
    ]
}

fn answer() -> impl Strategy<Value = PersonAnswer> {
    let choice = prop::sample::select(vec![Choice::Approve, Choice::Reject]);
    (any::<String>(), time(), choice, option::of(any::<String>())).prop_map(|(by, at, choice, comment)| PersonAnswer {
        by,
        at,
        choice,
        comment,
    })
}

fn notice() -> impl Strategy<Value = Notice> {
    let times = (option::of(time()), option::of(time()));
    let notice = (any::<u8>(), any::<u32>(), times, option::of(any::<String>()));
    notice.prop_map(|(sent, failures, (next_at, not_before), problem)| Notice {
        sent,
        failures,
        next_at,
        not_before,
        problem,
    })
}

fn untold() -> impl Strategy<Value = Untold> {
    let reason = prop::sample::select(vec![
        LateReason::Expired,
        LateReason::Withdrawn,
        LateReason::AnsweredOtherwise,
        LateReason::CallRefused,
        LateReason::NobodyWaits,
        LateReason::Unknown,
    ]);
    (option::of(machine_answer()), source(), reason, time(), any::<u32>(), time()).prop_map(
        |(answer, source, reason, at, failures, next_at)| Untold { answer, source, reason, at, failures, next_at },
    )
}

prop_compose! {
    fn state()(
        status in status(),
        token in option::of("[A-Za-z0-9+/=]{1,40}"),
        answers in prop::collection::btree_map(any::<u8>(), answer(), 0..4),
        notices in prop::collection::btree_map(any::<u8>(), notice(), 0..4),
        times in (option::of(time()), option::of(time())),
        settle_tries: u32,
        untold in prop::collection::vec(untold(), 0..3),
        answerable_until in option::of(time()),
        maybe_told: bool,
        generation: u16,
        version: u64,
    ) -> State {
        let token = token.map(|token| TaskToken::new(token).unwrap());
        let (heartbeat_at, due_at) = times;
        State {
            status, token, answers, notices, heartbeat_at, settle_tries, untold, answerable_until, maybe_told, due_at, generation, version
        }
    }
}

fn ask() -> impl Strategy<Value = Ask> {
    let outcomes = json!([{ "name": "paid", "type": "success", "schema": { "minimum": 0.1 }, "output_body": true }]);
    let deadline = option::of(1..86_400_u64);
    let external_id_at = option::of(Just("/payment/id"));
    let webhook = (json_value(), "[a-z]{0,9}", option::of(Just(outcomes)), external_id_at, deadline).prop_map(
        |(body, path, outcomes, external_id_at, deadline)| {
            let mut webhook = json!({ "destination": "bank", "path": path, "body": { "body": body } });
            let fields = [
                ("outcomes", outcomes),
                ("externalIdAt", external_id_at.map(Value::from)),
                ("deadline", deadline.map(|seconds| json!({ "afterSeconds": seconds }))),
            ];
            let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            webhook.as_object_mut().unwrap().extend(fields);
            Ask::Webhook(Webhook::read(webhook).unwrap())
        },
    );
    let approval = (1..200_usize, option::of(1..86_400_u64)).prop_map(|(letters, deadline)| {
        let mut approval = json!({ "title": "x".repeat(letters), "approvers": ["alice@example.com"] });
        if let Some(seconds) = deadline {
            approval["deadline"] = json!({ "afterSeconds": seconds });
        }
        Ask::Approval(Approval::read(approval).unwrap())
    });
    prop_oneof![4 => webhook, 2 => approval, 1 => Just(Ask::Urls {})]
}

fn inbound() -> impl Strategy<Value = Inbound> {
    let from = prop_oneof![
        any::<String>().prop_map(InboundFrom::Sender),
        "[a-z]{1,9}".prop_map(|token| InboundFrom::Link(CallbackId::of(&TaskToken::new(token).unwrap().attempt_id()))),
    ];
    let about = any::<(String, String)>().prop_map(|(sender, id)| ExternalId { sender, id });
    (from, any::<(String, String)>(), option::of(about), option::of(json_value()), time()).prop_map(
        |(from, (id, digest), about, body, at)| Inbound { key: InboundKey { from, id }, digest, about, body, at },
    )
}

proptest! {
    #[test]
    fn every_request_survives_being_stored_and_read(ask in ask()) {
        let form_of_ask = match ask {
            Ask::Approval(_) => 1,
            Ask::Webhook(_) => 2,
            Ask::Urls {} => 3,
        };
        let request = request_of(ask);
        let stored = request.to_stored();
        prop_assert_eq!(form(&stored), form_of_ask);
        let read = Request::from_stored(&stored).unwrap();
        prop_assert_eq!((&read, read.digest()), (&request, request.digest()));
    }

    #[test]
    fn whatever_machines_send_survives_being_stored_and_read(inbound in inbound()) {
        let stored = inbound.to_stored();
        prop_assert_eq!(form(&stored), 2);
        prop_assert_eq!(Inbound::from_stored(&stored), Ok(inbound));
    }

    /// Whoever knows only people would lose what machines have to do with a state, and no more is kept from them.
    #[test]
    fn a_state_is_of_the_lowest_form_that_knows_all_that_is_in_it(state in state()) {
        let document = state.to_stored().document;
        let of_machines = [r#""kind":"answered""#, r#""kind":"refused""#, r#""problem":""#, r#""untold":["#];
        let of_machines = of_machines.iter().any(|field| document.contains(field));
        let of_urls = document.contains(r#""answerableUntil":""#);
        prop_assert_eq!(form(&document), if of_urls { 3 } else if of_machines { 2 } else { 1 }, "{}", document);
    }

    #[test]
    fn every_state_survives_being_stored_and_read(state in state()) {
        prop_assert_eq!(State::from_stored(state.to_stored()), Ok(state));
    }

    #[test]
    fn the_token_is_in_no_document_and_shown_nowhere(mut state in state()) {
        let token = "AQCUAAAAKgAAAAMAAAAAsecret";
        state.token = Some(TaskToken::new(token).unwrap());
        let stored = state.to_stored();
        prop_assert!(!stored.document.contains(token));
        let shown = format!("{stored:?}");
        prop_assert!(!shown.contains(token));
    }

    #[test]
    fn stored_times_sort_as_times_do(one in round_time(), other in round_time()) {
        prop_assert_eq!(sortable(one).cmp(&sortable(other)), one.cmp(&other));
        prop_assert_eq!(sortable(one).parse::<Timestamp>().unwrap(), one);
    }
}
