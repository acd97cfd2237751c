//! Chapter 2, birth, death and signals: each module is one exercise.

#[cfg_attr(feature = "solution", path = "../../../solutions/02_lifecycle/e0_exit_status.rs")]
pub mod e0_exit_status;
#[cfg_attr(feature = "solution", path = "../../../solutions/02_lifecycle/e1_run_child.rs")]
pub mod e1_run_child;
#[cfg_attr(feature = "solution", path = "../../../solutions/02_lifecycle/e2_fork_tree.rs")]
pub mod e2_fork_tree;
#[cfg_attr(feature = "solution", path = "../../../solutions/02_lifecycle/e4_exec_or_report.rs")]
pub mod e4_exec_or_report;
#[cfg_attr(feature = "solution", path = "../../../solutions/02_lifecycle/e5_cow_witness.rs")]
pub mod e5_cow_witness;
