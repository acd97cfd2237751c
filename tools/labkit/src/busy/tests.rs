//! When a page says that the machine was busy.

use super::*;

fn busy(others: f64, stolen: f64) -> Busy {
    Busy { load: [0.5, 1.25], shares: Some(Shares { others, stolen }) }
}

#[test]
fn a_busy_machine_is_named() {
    insta::assert_snapshot!(busy(0.42, 0.01).sentence(), @"The machine was busy while this was measured: other programs used 42 % of its processors, and its host took 1 %. The load average was 0.5 before and 1.2 after. Trust the orders, not the digits.");
}

#[test]
fn a_quiet_machine_is_named_too() {
    insta::assert_snapshot!(busy(0.02, 0.0).sentence(), @"The machine was quiet while this was measured: other programs used 2 % of its processors, and its host took 0 %. The load average was 0.5 before and 1.2 after.");
}

#[test]
fn the_banner_is_for_busy_greedy_and_unknown_machines() {
    assert!(!busy(0.1, 0.02).is_warning());
    assert!(busy(0.11, 0.0).is_warning());
    assert!(busy(0.0, 0.03).is_warning());
    let unknown = Busy { load: [0.0, 0.0], shares: None };
    assert!(unknown.is_warning());
    insta::assert_snapshot!(unknown.sentence(), @"It is unknown how busy the machine was: /proc/stat does not tell. The load average was 0.0 before and 0.0 after.");
}

#[test]
fn others_used_what_is_neither_idle_nor_ours() {
    let before = Ticks::parse("cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n").unwrap();
    let after = Ticks::parse("cpu  200 0 200 400 100 0 0 100 0 0\n").unwrap();
    assert_eq!(after.shares(&before, 3.0), Shares { others: 0.1, stolen: 0.1 });
}

#[test]
fn what_is_not_proc_stat_tells_nothing() {
    assert!(Ticks::parse("").is_none());
    assert!(Ticks::parse("cpu  1 2 three\n").is_none());
}
