//! What a lab does with its variants.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;

fn takes(ms: u64) -> Variant<'static> {
    let wall = Duration::from_millis(ms);
    Box::new(move || Ok(Cost { wall, cpu: wall / 2 }))
}

/// The turns of three variants in order, a letter each.
fn turns(rounds: usize) -> String {
    let turns = RefCell::new(String::new());
    let letter = |letter: char| -> (String, Variant<'_>) {
        let turns = &turns;
        let turn = move || {
            turns.borrow_mut().push(letter);
            Ok(Cost::default())
        };
        (letter.into(), Box::new(turn))
    };
    let mut lab = Lab::new(Purpose::Check);
    lab.measure(rounds, ['a', 'b', 'c'].map(letter).into()).unwrap();
    turns.into_inner()
}

#[test]
fn every_round_has_every_variant_once() {
    let turns = turns(20);
    assert_eq!(turns.len(), 3 * 22, "a check, a warm-up, and twenty rounds");
    for round in turns.as_bytes().chunks(3) {
        let mut round = round.to_vec();
        round.sort_unstable();
        assert_eq!(round, b"abc");
    }
}

#[test]
fn the_order_changes_from_round_to_round_but_not_from_run_to_run() {
    let first = turns(20);
    let orders: BTreeSet<&[u8]> = first.as_bytes().chunks(3).collect();
    assert!(orders.len() > 3, "{first}");
    assert_eq!(first, turns(20));
}

#[test]
fn check_and_warm_up_are_not_counted() {
    let mut calls = 0;
    let variant = || {
        calls += 1;
        Ok(Cost { wall: Duration::from_millis(calls), cpu: Duration::ZERO })
    };
    let mut lab = Lab::new(Purpose::Check);
    lab.measure(3, vec![("x".to_owned(), Box::new(variant))]).unwrap();
    assert_eq!(lab.wall("x").least, Duration::from_millis(3));
    assert_eq!(lab.wall("x").p90, Duration::from_millis(5));
}

#[test]
fn the_terminal_shows_both_clocks() {
    let mut lab = Lab::new(Purpose::Show);
    lab.measure(4, vec![("slow".into(), takes(20)), ("fast".into(), takes(3))]).unwrap();
    insta::assert_snapshot!(lab.tables(), @"
    | a whole turn |  least |   10 % | median | its 95 % interval |   90 % | processor time |
    | ---          |   ---: |   ---: |   ---: |              ---: |   ---: |           ---: |
    | `slow`       |  20 ms |  20 ms |  20 ms |    20 ms to 20 ms |  20 ms |          10 ms |
    | `fast`       | 3.0 ms | 3.0 ms | 3.0 ms |  3.0 ms to 3.0 ms | 3.0 ms |         1.5 ms |
    ");
}

#[test]
fn a_variant_leaves_its_median_and_its_spread_as_facts() {
    let mut lab = Lab::new(Purpose::Show);
    lab.measure(4, vec![("slow".into(), takes(20))]).unwrap();
    lab.fact("rounds", "five");
    let facts: Vec<(&str, &str)> =
        lab.facts.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(facts, [("slow", "20 ms"), ("slow_spread", "20 ms to 20 ms"), ("rounds", "five")]);
}

#[test]
fn bytes_stand_beside_times() {
    let mut lab = Lab::new(Purpose::Show);
    lab.measure(4, vec![("slow".into(), takes(20))]).unwrap();
    lab.bytes("stack", vec![8_192, 9_830, 4_096]);
    assert_eq!(lab.median_bytes("stack"), 8_192);
    lab.panel("to nap", &[("a nap", "slow", 10)]);
    lab.curves("to wait", "how many", &[("a stack", 1, "stack", 2)]);
    insta::assert_snapshot!(lab.tables(), @"
    | to nap |  least |   10 % | median | its 95 % interval |   90 % | processor time |
    | ---    |   ---: |   ---: |   ---: |              ---: |   ---: |           ---: |
    | a nap  | 2.0 ms | 2.0 ms | 2.0 ms |  2.0 ms to 2.0 ms | 2.0 ms |         1.0 ms |

    | to wait    |   least |    10 % |  median |  its 95 % interval |    90 % | processor time |
    | ---        |    ---: |    ---: |    ---: |               ---: |    ---: |           ---: |
    | a stack, 1 | 2.0 KiB | 2.0 KiB | 4.0 KiB | 2.0 KiB to 4.8 KiB | 4.8 KiB |              – |
    ");
    let samples = serde_json::to_value(lab.all_samples()).unwrap();
    assert_eq!(samples["stack"]["bytes"], serde_json::json!([8_192, 9_830, 4_096]));
}
